// Records that are over leave Redis while services and Redis are killed: every id answers as
// before, no balance changes, and only what is alive is left.
#include <absl/strings/escaping.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "common/testing/matchers.h"
#include "services/records/store/connection.h"
#include "tests/ctl.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

class RetirementTest : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kKeep{25};

  static Town::Options Forgetful() {
    Town::Options options;
    options.people = 40;
    options.communities = 2;
    options.units = 2;
    options.needs = 10;
    options.lead = std::chrono::seconds(12);
    options.deployment.environment["BAODAO_MATCHING_MATCH_OFFER_UNTIL"] = "1s";
    options.deployment.environment["BAODAO_KEEP_ENDED"] = std::to_string(kKeep.count()) + "s";
    return options;
  }

  demo::World& world() { return *town_.world; }
  Deployment& deployment() { return town_.deployment; }

  // Asked again while something is down, as an app does. The answer, or its refusal, as text.
  template <class Service, class Req, class Resp>
  std::string Answer(rpc::Client<Service>& client,
                     rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                     const std::string& token, const Req& request) {
    for (;;) {
      absl::StatusOr<Resp> answer =
          town_.Run(client.Call(method, rpc::CallOptions::As(token), request));
      if constexpr (std::is_same_v<Resp, dispatch::v1::Task>) {
        // The archive keeps neither of a task that somebody asked for.
        if (answer.ok()) answer->clear_place();
        if (answer.ok()) answer->clear_description();
      }
      if (answer.ok()) return answer->DebugString();
      const bool down =
          absl::IsUnavailable(answer.status()) || absl::IsDeadlineExceeded(answer.status());
      if (!down) return std::string(ReasonName(answer.status()));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  // All that can be asked about what will be over, by what was asked.
  std::map<std::string, std::string> Everything() {
    std::map<std::string, std::string> all;
    client::Backend& backend = world().backend;
    for (const std::string& id : tasks_) {
      const std::string& token = world().communities[0].coordinator.token;
      dispatch::v1::GetTaskRequest get;
      get.set_task_id(id);
      all["GetTask " + id] = Answer(backend.tasks, &client::Tasks::GetTask, token, get);
      dispatch::v1::ListTaskAssignmentsRequest people;
      people.set_task_id(id);
      all["ListTaskAssignments " + id] =
          Answer(backend.assignments, &client::Assignments::ListTaskAssignments,
                 world().OperatorToken(), people);
      dispatch::v1::ClaimTaskRequest claim;
      claim.set_request_id(world().RequestId());
      claim.set_task_id(id);
      all["ClaimTask " + id] = Answer(backend.assignments, &client::Assignments::ClaimTask,
                                      world().people[0].token, claim);
    }
    for (const std::string& id : needs_) {
      lists::v1::GetNeedRequest get;
      get.set_need_id(id);
      all["GetNeed " + id] =
          Answer(backend.needs, &client::Needs::GetNeed, world().OperatorToken(), get);
    }
    for (const std::string& id : registrations_) {
      registration::v1::GetRegistrationRequest get;
      get.set_registration_id(id);
      all["GetRegistration " + id] =
          Answer(backend.registrations, &client::Registrations::GetRegistration,
                 world().OperatorToken(), get);
    }
    for (const demo::Actor& person : world().people) {
      dispatch::v1::GetBalanceRequest balance;
      balance.set_person_id(person.person_id);
      all["GetBalance " + person.person_id] =
          Answer(backend.ledger, &client::Ledger::GetBalance, person.token, balance);
      dispatch::v1::ListLedgerEntriesRequest entries;
      entries.set_person_id(person.person_id);
      entries.set_page_size(200);
      all["ListLedgerEntries " + person.person_id] =
          Answer(backend.ledger, &client::Ledger::ListLedgerEntries, person.token, entries);
    }
    return all;
  }

  // Tasks that are claimed and cancelled, and people who leave.
  void EndMore() {
    for (int i = 0; i < 6; ++i) {
      const auto task =
          town_.Run(town_.Publish(0, 5, std::chrono::hours(24 * 2 * (i + 1)))).task_id();
      for (const demo::Actor& person : world().people) {
        dispatch::v1::ClaimTaskRequest claim;
        claim.set_request_id(world().RequestId());
        claim.set_task_id(task);
        (void)Answer(world().backend.assignments, &client::Assignments::ClaimTask, person.token,
                     claim);
      }
      dispatch::v1::CancelTaskRequest cancel;
      cancel.set_request_id(world().RequestId());
      cancel.set_task_id(task);
      cancel.set_reason("下雨");
      town_.Run(demo::Must(world().backend.tasks, &client::Tasks::CancelTask,
                           world().communities[0].coordinator.token, cancel));
      tasks_.push_back(task);
    }
    for (size_t i = 0; i < 4; ++i) {
      const demo::Actor& person = world().people[i];
      registration::v1::ListSubjectRegistrationsRequest list;
      list.set_subject_id(person.person_id);
      const auto mine = town_.Run(demo::Must(world().backend.registrations,
                                             &client::Registrations::ListSubjectRegistrations,
                                             person.token, list));
      registration::v1::ChangeRegistrationRequest end;
      end.set_request_id(world().RequestId());
      end.set_registration_id(mine.registrations(0).registration_id());
      end.set_comment("搬家");
      town_.Run(demo::Must(world().backend.registrations,
                           &client::Registrations::WithdrawRegistration, person.token, end));
      registrations_.push_back(end.registration_id());
    }
  }

  // Keys of records that are over: none must be left.
  std::vector<std::string> LeftInRedis() {
    std::vector<std::string> left;
    const auto add = [&](const std::string& kind, const std::string& id) {
      for (const auto& key : deployment().redis().Do({"KEYS", "*:" + kind + ":" + id}).items) {
        left.push_back(key.text);
      }
    };
    for (const std::string& id : tasks_) add("task", id), add("people", id);
    for (const std::string& id : needs_) add("need", id);
    for (const std::string& id : registrations_) add("registration", id);
    add("ledger", "*");
    return left;
  }
  // The records that the archive has whole.
  size_t Copied() {
    records::Connection connection(deployment().records_file());
    int64_t count = 0;
    connection.sql() << "SELECT COUNT(*) FROM retired", soci::into(count);
    return static_cast<size_t>(count);
  }
  // In base64 no search of the file would see it.
  void ExpectNothingPrivateIsArchived() {
    std::vector<std::string> secrets = {"王秀英", "13800001234", "号101室"};
    for (const demo::Actor& person : world().people) {
      secrets.insert(secrets.end(), {person.name, person.phone});
    }
    records::Connection connection(deployment().records_file());
    const soci::rowset<std::string> bodies =
        (connection.sql().prepare << "SELECT body FROM retired");
    size_t records = 0;
    for (const std::string& body : bodies) {
      std::string bytes;
      ASSERT_TRUE(absl::Base64Unescape(body, &bytes));
      ++records;
      for (const std::string& secret : secrets) {
        EXPECT_EQ(bytes.find(secret), bytes.npos) << secret;
      }
    }
    EXPECT_GE(records, Ended());
  }
  size_t Ended() const { return tasks_.size() + needs_.size() + registrations_.size(); }
  // A timer that was taken by a process that was killed fires again after half a minute.
  void Await(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end)
          << Copied() << " of " << Ended()
          << " copied; left: " << ::testing::PrintToString(LeftInRedis());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  void Crash(const std::string& service) {
    deployment().Kill(service);
    deployment().Start(service);
  }

  Town town_{Forgetful()};
  std::vector<std::string> tasks_, needs_, registrations_;
};

TEST_F(RetirementTest, WhatIsOverLeavesAndNothingIsLost) {
  town_.Run(demo::RaiseNeeds(world()));
  town_.Run(demo::StaffTasks(world()));
  town_.Run(demo::Serve(world()));
  for (const demo::Job& job : world().jobs) {
    dispatch::v1::GetTaskRequest get;
    get.set_task_id(job.task_id);
    const auto task = town_.Run(
        demo::Must(world().backend.tasks, &client::Tasks::GetTask, world().OperatorToken(), get));
    if (task.state() != dispatch::v1::TASK_STATE_CLOSED) continue;
    tasks_.push_back(job.task_id);
    needs_.push_back(job.need_id);
  }
  ASSERT_GT(tasks_.size(), 3u);
  EndMore();
  town_.Run(town_.AwaitRecords());
  const std::map<std::string, std::string> before = Everything();

  // While they are copied, and while they leave.
  Await([&] { return Copied() > 0; });
  Crash("records");
  Await([&] { return Copied() > Ended() / 3; });
  Crash("dispatch");
  Await([&] { return Copied() > Ended() / 2; });
  Crash("lists");
  const size_t all = LeftInRedis().size();
  // On a busy machine all may be gone before lists serves again.
  Await([&] { return all == 0 || LeftInRedis().size() < all; });
  Crash("records");
  Crash("registration");
  deployment().redis().Kill();
  deployment().redis().Restart();
  Await([&] { return LeftInRedis().empty(); });

  const std::map<std::string, std::string> after = Everything();
  EXPECT_EQ(after.size(), before.size());
  for (const auto& [question, answer] : before) {
    EXPECT_EQ(after.at(question), answer) << question;
    EXPECT_NE(answer, "NOT_FOUND") << question;
  }
  ExpectNothingPrivateIsArchived();
  const ctl::Outcome check =
      ctl::OutcomeOf({"--port-base", std::to_string(deployment().port_base()), "--keys",
                      deployment().keys_dir(), "records", "check"});
  EXPECT_EQ(check.code, ctl::kOk) << check.out << check.err;
  deployment().Kill("records");
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(tasks_[0]);
  const auto task = town_.Run(world().backend.tasks.Call(
      &client::Tasks::GetTask, rpc::CallOptions::As(world().OperatorToken()), get));
  EXPECT_THAT(task, IsRefusal(Reason::PEER_UNAVAILABLE)) << "it is not gone";
}

}  // namespace
}  // namespace baodao::testing
