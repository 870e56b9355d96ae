// A dispatch behind gRPC that knows who people are.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baodao/dispatch/v1/assignment.grpc.pb.h"
#include "baodao/dispatch/v1/task.grpc.pb.h"
#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/later.h"

namespace baodao::dispatch {

// Registration, which knows everybody.
class Directory final : public Identities {
 public:
  Task<absl::StatusOr<std::vector<registration::v1::Identity>>> List(
      rpc::CallOptions, std::vector<std::string> person_ids) override {
    ++asked;
    const std::function<Task<void>()> now = std::exchange(meanwhile, nullptr);
    if (now) co_await now();
    std::vector<registration::v1::Identity> identities;
    for (const std::string& person : person_ids) identities.push_back(IdentityOf(person));
    co_return identities;
  }
  Task<absl::StatusOr<std::vector<auth::RoleGrant>>> Roles(rpc::CallOptions,
                                                           std::string person_id) override {
    co_return roles[person_id];
  }

  Task<absl::StatusOr<registration::v1::Unit>> Unit(rpc::CallOptions,
                                                    std::string unit_id) override {
    const auto found = units.find(unit_id);
    if (found == units.end()) co_return NotFound("unit", unit_id);
    co_return found->second;
  }

  std::map<std::string, std::vector<auth::RoleGrant>> roles;
  std::map<std::string, registration::v1::Unit> units;
  // Runs while it is asked the next time.
  std::function<Task<void>()> meanwhile;
  int asked = 0;

  static std::string NameOf(const std::string& person) { return "李" + person.substr(20); }
  static std::string PhoneOf(const std::string& person) { return "139" + person.substr(22); }
  static registration::v1::Identity IdentityOf(const std::string& person) {
    registration::v1::Identity identity;
    identity.set_person_id(person);
    identity.set_display_name(NameOf(person));
    identity.set_phone(PhoneOf(person));
    identity.mutable_photo()->set_url("https://photos.example/" + person);
    identity.set_unit_name("同济大学");
    registration::v1::Credential& nurse = *identity.add_credentials();
    nurse.set_kind("nurse");
    nurse.set_issuer("卫健委");
    nurse.set_verifier_id("per_01J00000000000000000000001");
    return identity;
  }
};

class KnownPeopleTest : public LaterTest {
 protected:
  KnownPeopleTest() {
    AppOptions app;
    app.identities = &directory_;
    one_ = std::make_unique<LaterReplica>(loop_, *replicas_[0], later_, ring_, std::move(app));
    RegisterAll(one_->app, router_, one_->tasks, one_->assignments, one_->changes, one_->ledgers);
    Serve(router_, metrics_, {one_->app.relations.covers, ScopesOf(one_->app)});
    directory_.roles[coordinator_] = {GrantAt("310110")};
  }
  static auth::RoleGrant GrantAt(const std::string& area) {
    return {auth::v1::ROLE_COORDINATOR, area};
  }

  // For a need of `requester_`, published by `coordinator_`.
  v1::Task PublishFor(v1::PublishTaskRequest request) {
    request.set_requester_id(requester_);
    request.set_publisher_id(coordinator_);
    request.set_need_id(
        ids::New("ned", TestTree()->ShardOf(kCommunity, replicas_[0]->app.keys.base())));
    request.set_need_attempt(1);
    return Ok(one_->tasks.PublishTask(Lists(), request));
  }
  void Accept(const std::string& person, const std::string& task) {
    ASSERT_THAT(Run(Claim(0, person, task, "claim-" + task)), testing::IsOk());
  }
  Task<absl::StatusOr<v1::Assignment>> WithdrawTask(std::string person, std::string task) {
    v1::AssignmentRequest request;
    request.set_request_id("withdraw-" + task);
    request.set_task_id(std::move(task));
    return one_->assignments.WithdrawAssignment(As(person), std::move(request));
  }
  void SignIn(const std::string& person, const std::string& task) {
    v1::SignRequest sign;
    sign.set_request_id("in-" + person);
    sign.set_task_id(task);
    sign.set_person_id(person);
    ASSERT_THAT(Run(one_->assignments.SignIn(Coordinator(), sign)), testing::IsOk());
  }
  // Signs out whoever is there, and reports the result back.
  void SignOutAndClose(const std::string& person, const std::string& task) {
    v1::SignRequest sign;
    sign.set_request_id("out-" + person);
    sign.set_task_id(task);
    sign.set_person_id(person);
    ASSERT_THAT(Run(one_->assignments.SignOut(Coordinator(), sign)), testing::IsOk());
    v1::CloseTaskRequest close;
    close.set_request_id("close");
    close.set_task_id(task);
    ASSERT_THAT(Run(one_->tasks.CloseTask(Coordinator(), close)), testing::IsOk());
  }

  std::string By(const std::string& person) const { return tokens_.Person(person); }
  std::string ByCoordinator() const { return tokens_.Coordinator(coordinator_, "310110001"); }
  std::string ByStranger() const { return tokens_.Coordinator(stranger_, "310110002"); }

  using Assignments = rpc::AsyncOf<v1::AssignmentService>;
  using TaskCalls = rpc::AsyncOf<v1::TaskService>;

  absl::StatusOr<v1::ListTaskPeopleResponse> People(const std::string& token,
                                                    const std::string& task, int page_size = 0,
                                                    const std::string& page_token = "") {
    v1::ListTaskPeopleRequest request;
    request.set_task_id(task);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Call<v1::AssignmentService>(&Assignments::ListTaskPeople, token, request);
  }
  absl::StatusOr<v1::ListTeammatesResponse> Teammates(const std::string& person,
                                                      const std::string& task) {
    v1::ListTeammatesRequest request;
    request.set_task_id(task);
    return Call<v1::AssignmentService>(&Assignments::ListTeammates, By(person), request);
  }
  absl::StatusOr<v1::TaskCoordinator> CoordinatorOf(const std::string& token,
                                                    const std::string& task) {
    v1::GetTaskCoordinatorRequest request;
    request.set_task_id(task);
    return Call<v1::TaskService>(&TaskCalls::GetTaskCoordinator, token, request);
  }

  // "<name> <phone>" of each, or why not.
  std::vector<std::string> Shown(const std::string& token, const std::string& task) {
    const auto seen = People(token, task);
    if (!seen.ok()) return {Why(seen.status())};
    std::vector<std::string> shown;
    for (const v1::TaskPerson& one : seen->people()) {
      shown.push_back(one.display_name() + " " + one.phone());
    }
    return shown;
  }
  static std::string NameAndPhone(const std::string& person) {
    return Directory::NameOf(person) + " " + Directory::PhoneOf(person);
  }
  static std::string NameOnly(const std::string& person) { return Directory::NameOf(person) + " "; }

  // The releases on record of the task's shard, in order.
  std::vector<events::v1::ContactReleased> Releases(const std::string& task) {
    const DispatchKeys& keys = one_->app.keys;
    const auto entries =
        Ok(one_->app.store.ReadStream(keys.Releases(keys.ShardOf(task)), "", false, 1000));
    std::vector<events::v1::ContactReleased> releases;
    for (const store::StreamEntry& entry : entries) {
      events::v1::Event event;
      EXPECT_TRUE(event.ParseFromString(entry.bytes));
      if (event.contact_released().task_id() != task) continue;
      releases.push_back(event.contact_released());
    }
    return releases;
  }

  const std::string requester_ = NewPerson();
  const std::string coordinator_ = NewPerson();
  const std::string stranger_ = NewPerson();
  LaterClock later_;
  Directory directory_;
  metrics::Registry metrics_;
  rpc::Router router_;
  std::unique_ptr<LaterReplica> one_;
};

}  // namespace baodao::dispatch
