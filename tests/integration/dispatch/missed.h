// Somebody missed a task that is long over, and served after all.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/ids/ids.h"
#include "common/testing/fake_archive.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/later.h"

namespace baodao::dispatch {

inline constexpr Millis kKeep = std::chrono::hours(24 * 30);

class MissedTest : public LaterTest {
 protected:
  MissedTest()
      : one_(loop_, *replicas_[0], clock_, ring_, Options()),
        two_(loop_, *replicas_[1], clock_, ring_, Options()) {}

  AppOptions Options() {
    AppOptions options;
    options.tasks.retirement = {&archive_, {kKeep, {}}};
    options.ledgers.read = [this](records::v1::GetLedgerEntriesRequest request) {
      return ReadArchived(std::move(request));
    };
    options.ledgers.keep = kKeep;
    return options;
  }
  // The entries of `archived_`, as records answers.
  Task<absl::StatusOr<std::vector<v1::LedgerEntry>>> ReadArchived(
      records::v1::GetLedgerEntriesRequest request) {
    std::vector<v1::LedgerEntry> found;
    for (const v1::LedgerEntry& entry : archived_) {
      const bool fits = entry.person_id() == request.person_id() &&
                        std::cmp_greater(entry.sequence(), request.after_sequence()) &&
                        (request.task_id().empty() || entry.task_id() == request.task_id());
      if (fits && std::cmp_less(found.size(), request.limit())) found.push_back(entry);
    }
    co_return found;
  }

  // A task of a need that the person accepted and did not sign in to, long over.
  v1::Task Missed(const std::string& person, Millis ahead = std::chrono::hours(1)) {
    v1::PublishTaskRequest request = NewTask(ahead, 1, 1);
    request.set_requester_id(requester_);
    const DispatchKeys& keys = replicas_[0]->app.keys;
    request.set_need_id(ids::New("ned", TestTree()->ShardOf(kCommunity, keys.base())));
    request.set_need_attempt(1);
    const auto task = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
    EXPECT_THAT(task, testing::IsOk());
    EXPECT_THAT(Run(Claim(0, person, task->task_id(), "claim-" + task->task_id())),
                testing::IsOk());
    return *task;
  }
  void Expire(const std::string& task, Millis ahead = std::chrono::hours(5)) {
    clock_.ahead = ahead;
    EXPECT_THAT(Fire(one_, &Deadlines::End, kEndTimer, task), testing::IsOk());
    EXPECT_EQ(Get(task).state(), v1::TASK_STATE_EXPIRED);
  }
  static v1::ConfirmServiceRequest Told(const v1::Task& task, const std::string& person,
                                        const std::string& id) {
    v1::ConfirmServiceRequest request;
    request.set_request_id(id);
    request.set_task_id(task.task_id());
    request.set_reason("手机没电");
    v1::ConfirmedService& service = *request.add_services();
    service.set_person_id(person);
    *service.mutable_served()->mutable_start() = task.window().start();
    *service.mutable_served()->mutable_end() =
        ToTimestamp(StartOf(task) + std::chrono::minutes(60));
    return request;
  }
  static Time StartOf(const v1::Task& task) { return ToTime(task.window().start()); }
  void Credit(const std::string& task) {
    EXPECT_THAT(Fire(two_, &Deadlines::Credit, kCreditTimer, task), testing::IsOk());
  }
  std::vector<v1::LedgerEntry> LedgerOf(const std::string& person) {
    return *Run(replicas_[1]->app.ledgers.List(person, 0, 10));
  }
  absl::StatusOr<v1::Balance> Correct(const std::string& task, const std::string& person, int to) {
    v1::CorrectHoursRequest request;
    request.set_request_id("correct-" + std::to_string(to));
    request.set_task_id(task);
    request.set_person_id(person);
    request.set_minutes(to);
    request.set_reason("更正");
    return Run(one_.ledgers.CorrectHours(Coordinator(), request));
  }
  static rpc::CallContext CoordinatorWith(const std::string& id) {
    std::vector<auth::RoleGrant> grants(1);
    grants[0] = {auth::v1::ROLE_COORDINATOR, "310110"};
    return rpc::CallContext::Internal(auth::Principal::Person(id, grants), "test");
  }
  std::string EvaluatedBy(const std::string& person, const std::string& task) {
    v1::EvaluateTaskRequest request;
    request.set_request_id("rate");
    request.set_task_id(task);
    request.set_rating(5);
    return Why(Run(one_.tasks.EvaluateTask(As(person), request)).status());
  }

  const std::string requester_ = NewPerson();
  LaterClock clock_;
  testing::FakeArchive archive_;
  std::vector<v1::LedgerEntry> archived_;
  LaterReplica one_, two_;
};

}  // namespace baodao::dispatch
