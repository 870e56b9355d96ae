// People who do whatever comes to their mind, again and again.
#pragma once

#include <atomic>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "tests/e2e/town.h"

namespace baodao::testing {

// Calls are repeated until they are answered; what is refused is no matter. Runs on the town's
// loop.
class Bustle {
 public:
  Bustle(Town& town, unsigned seed) : town_(town), random_(seed) {}

  // Ends soon after Stop, which any thread may call.
  Task<void> Run() {
    co_await FindRegistrations();
    std::function<Task<void>(size_t)> person = [this](size_t) -> Task<void> {
      while (!stopped_) {
        co_await Step();
        co_await SystemClock().SleepFor(Millis(10));
      }
    };
    co_await ForEach(kAtOnce, kAtOnce, person);
  }
  void Stop() { stopped_ = true; }

  // Everybody comes to the work that is near, and leaves it once it has begun; what was served is
  // rated, and some hours are corrected.
  Task<void> Finish() {
    std::function<Task<void>(size_t)> come = [this](size_t i) { return SignIn(held_[i]); };
    co_await ForEach(held_.size(), kAtOnce, come);
    co_await SystemClock().SleepFor(kSoon);
    std::function<Task<void>(size_t)> leave = [this](size_t i) { return SignOut(held_[i]); };
    co_await ForEach(held_.size(), kAtOnce, leave);
    std::function<Task<void>(size_t)> rate = [this](size_t i) { return Evaluate(tasks_[i]); };
    co_await ForEach(tasks_.size(), kAtOnce, rate);
    std::function<Task<void>(size_t)> correct = [this](size_t i) { return Correct(held_[i]); };
    co_await ForEach(held_.size() / 4, kAtOnce, correct);
  }

 private:
  static constexpr size_t kAtOnce = 6;
  static constexpr Millis kSoon{3'000};  // from a publication to its start, where it is near

  struct Publication {
    std::string id;
    size_t community = 0;
  };
  struct Place {
    Publication task;
    size_t person = 0;
  };

  size_t Below(size_t limit) { return random_() % limit; }
  demo::World& world() { return *town_.world; }
  const std::string& CoordinatorOf(size_t community) {
    return world().communities[community].coordinator.token;
  }
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> Do(rpc::Client<Service>& client,
                                rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                std::string token, Req request) {
    request.set_request_id(world().RequestId());
    co_return co_await demo::Try(client, method, std::move(token), std::move(request));
  }

  Task<void> FindRegistrations() {
    for (const demo::Actor& person : world().people) {
      registration::v1::ListSubjectRegistrationsRequest request;
      request.set_subject_id(person.person_id);
      const auto list = co_await demo::Must(world().backend.registrations,
                                            &client::Registrations::ListSubjectRegistrations,
                                            world().OperatorToken(), request);
      registrations_.push_back(list.registrations(0).registration_id());
    }
  }

  Task<void> Step() {
    const size_t what = tasks_.size() < 4 ? 0 : Below(20);
    if (what < 3) return Publish();
    if (what < 10) return Claim();
    if (what == 10) return Cancel(tasks_[Below(tasks_.size())]);
    if (what == 11) return Suspend(Below(registrations_.size()));
    if (what == 12) return Raise();
    if (held_.empty()) return Claim();
    const Place place = held_[Below(held_.size())];
    if (what < 15) return Withdraw(place);
    return what < 18 ? SignIn(place) : SignOut(place);
  }

  // One of three in a moment, the others in days to come.
  Task<void> Publish() {
    const size_t community = Below(world().communities.size());
    const Millis later = std::chrono::hours(24 * (1 + Below(40)));
    const auto task = co_await Do(
        world().backend.tasks, &client::Tasks::PublishTask, CoordinatorOf(community),
        town_.NewTask(community, static_cast<int>(1 + Below(3)), Below(3) == 0 ? kSoon : later));
    if (task.ok()) tasks_.push_back({task->task_id(), community});
  }
  Task<void> Claim() {
    const Place place{tasks_[Below(tasks_.size())], Below(world().people.size())};
    dispatch::v1::ClaimTaskRequest request;
    request.set_task_id(place.task.id);
    const auto claimed = co_await Do(world().backend.assignments, &client::Assignments::ClaimTask,
                                     world().people[place.person].token, request);
    if (claimed.ok()) held_.push_back(place);
  }
  Task<void> Withdraw(Place place) {
    dispatch::v1::AssignmentRequest request;
    request.set_task_id(place.task.id);
    request.set_reason("临时有事");
    co_await Do(world().backend.assignments, &client::Assignments::WithdrawAssignment,
                world().people[place.person].token, request);
  }
  Task<void> SignIn(Place place) {
    co_await Do(world().backend.assignments, &client::Assignments::SignIn,
                CoordinatorOf(place.task.community), Proof(place));
  }
  Task<void> SignOut(Place place) {
    co_await Do(world().backend.assignments, &client::Assignments::SignOut,
                CoordinatorOf(place.task.community), Proof(place));
  }
  // A coordinator's word.
  dispatch::v1::SignRequest Proof(const Place& place) {
    dispatch::v1::SignRequest request;
    request.set_task_id(place.task.id);
    request.set_person_id(world().people[place.person].person_id);
    return request;
  }
  Task<void> Evaluate(Publication task) {
    dispatch::v1::EvaluateTaskRequest request;
    request.set_task_id(task.id);
    request.set_rating(4);
    co_await Do(world().backend.tasks, &client::Tasks::EvaluateTask, CoordinatorOf(task.community),
                request);
  }
  Task<void> Cancel(Publication task) {
    dispatch::v1::CancelTaskRequest request;
    request.set_task_id(task.id);
    request.set_reason("下雨");
    co_await Do(world().backend.tasks, &client::Tasks::CancelTask, CoordinatorOf(task.community),
                request);
  }
  Task<void> Correct(Place place) {
    dispatch::v1::CorrectHoursRequest request;
    request.set_task_id(place.task.id);
    request.set_person_id(world().people[place.person].person_id);
    request.set_minutes(static_cast<int>(Below(60)));
    request.set_reason("更正");
    co_await Do(world().backend.ledger, &client::Ledger::CorrectHours,
                CoordinatorOf(place.task.community), request);
  }
  // Suspends it, or resumes it where it is suspended.
  Task<void> Suspend(size_t i) {
    registration::v1::ChangeRegistrationRequest request;
    request.set_registration_id(registrations_[i]);
    request.set_comment("核实");
    const std::string token = CoordinatorOf(world().people[i].community);
    const auto suspended = co_await Do(world().backend.registrations,
                                       &client::Registrations::SuspendRegistration, token, request);
    if (suspended.ok()) co_return;
    co_await Do(world().backend.registrations, &client::Registrations::ResumeRegistration, token,
                request);
  }
  Task<void> Raise() {
    const size_t community = Below(world().communities.size());
    lists::v1::CreateNeedRequest request;
    request.set_title("陪诊");
    request.set_category("elderly_care");
    request.set_area_code(world().communities[community].area.code());
    const Time start = SystemClock().Now() + std::chrono::hours(30);
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
    const auto need = co_await Do(world().backend.needs, &client::Needs::CreateNeed,
                                  world().people[Below(world().people.size())].token, request);
    if (!need.ok() || Below(2) == 0) co_return;
    lists::v1::ReviewNeedRequest review;
    review.set_need_id(need->need_id());
    review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
    co_await Do(world().backend.needs, &client::Needs::ReviewNeed, CoordinatorOf(community),
                review);
  }

  Town& town_;
  std::mt19937 random_;
  std::atomic<bool> stopped_ = false;
  std::vector<std::string> registrations_;  // of people, in their order
  std::vector<Publication> tasks_;
  std::vector<Place> held_;
};

}  // namespace baodao::testing
