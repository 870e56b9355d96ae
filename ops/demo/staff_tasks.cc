#include <fmt/core.h>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::Assignment;

// More people than slots try at once: 抢单.
Task<void> Rush(World& world, size_t i) {
  const Job& job = world.jobs[i];
  std::vector<const Actor*> crowd;
  for (size_t p = 0; p < world.people.size(); ++p) {
    const Actor& person = world.people[(p + i * 7) % world.people.size()];
    if (person.community == job.community &&
        crowd.size() < static_cast<size_t>(job.slots) * 3 + 4) {
      crowd.push_back(&person);
    }
  }
  auto claim = [&world, &job, &crowd](size_t c) -> Task<void> {
    dispatch::v1::ClaimTaskRequest request;
    request.set_request_id(world.RequestId());
    request.set_task_id(job.task_id);
    const absl::StatusOr<Assignment> answer = co_await Try(
        world.backend.assignments, &client::Assignments::ClaimTask, crowd[c]->token, request);
    if (answer.ok()) {
      ++world.counts[answer->state() == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED
                         ? "claims accepted"
                         : "claims waitlisted"];
    } else if (IsRefusal(answer.status())) {
      ++world.counts["claims refused: " + std::string(Name(*ReasonOf(answer.status())))];
    } else {
      throw std::runtime_error("ClaimTask: " + answer.status().ToString());
    }
  };
  co_await ForEach(crowd.size(), crowd.size(), claim);
}

// Two in a hundred think better of it; the first of the waitlist is asked.
Task<void> Withdraw(World& world, size_t i) {
  const Job& job = world.jobs[i];
  for (const Assignment& assignment : co_await PeopleOf(world, job)) {
    const Actor* person = PersonOf(world, assignment.person_id());
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_ACCEPTED || person == nullptr)
      continue;
    dispatch::v1::AssignmentRequest request;
    request.set_request_id(world.RequestId());
    request.set_task_id(job.task_id);
    co_await Must(world.backend.assignments, &client::Assignments::WithdrawAssignment,
                  person->token, request);
    ++world.counts["withdrawals"];
    co_return;
  }
}

// Matching offers what is still open; nine of ten say yes.
Task<void> Match(World& world) {
  matching::v1::RunMatchingRequest request;
  request.set_request_id(world.RequestId());
  const std::string& subdistrict = world.communities[0].area.parent_code();
  registration::v1::GetAreaRequest get;
  get.set_code(subdistrict);
  const auto area = co_await Must(world.backend.areas, &client::Areas::GetArea, "", get);
  request.set_area_code(area.parent_code());
  const auto result = co_await Must(world.backend.matchings, &client::Matchings::RunMatching,
                                    world.OperatorToken(), request);
  fmt::print("  matching: {} open slots, {} edges, {} filled (greedy {}), {} offers, {:.0f} ms\n",
             result.open_slots(), result.edges(), result.filled(), result.greedy_filled(),
             result.offers_made(), result.build_ms() + result.solve_ms());
}

Task<void> AnswerOffers(World& world, size_t i) {
  const Job& job = world.jobs[i];
  for (const Assignment& assignment : co_await PeopleOf(world, job)) {
    const Actor* person = PersonOf(world, assignment.person_id());
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_OFFERED || person == nullptr) continue;
    // The others are those of the waitlist, asked by dispatch itself.
    if (!assignment.holds_slot()) ++world.counts["offers made"];
    dispatch::v1::AssignmentRequest request;
    request.set_request_id(world.RequestId());
    request.set_task_id(job.task_id);
    if (world.Random(10) == 0) {
      co_await Try(world.backend.assignments, &client::Assignments::DeclineOffer, person->token,
                   request);
      ++world.counts["offers declined"];
      continue;
    }
    const auto accepted = co_await Try(world.backend.assignments, &client::Assignments::AcceptOffer,
                                       person->token, request);
    ++world.counts[accepted.ok() ? "offers accepted" : "offers too late"];
  }
}

// 指派: the coordinator puts the best of the recommended people on what is still short.
Task<void> Assign(World& world, size_t i) {
  const Job& job = world.jobs[i];
  const std::string& token = world.communities[job.community].coordinator.token;
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(job.task_id);
  const auto task = co_await Must(world.backend.tasks, &client::Tasks::GetTask, token, get);
  if (task.state() != dispatch::v1::TASK_STATE_OPEN) co_return;
  matching::v1::RecommendPeopleRequest request;
  request.set_task_id(job.task_id);
  request.set_limit(20);
  const auto best =
      co_await Must(world.backend.matchings, &client::Matchings::RecommendPeople, token, request);
  int wanted = task.slots_max() - task.accepted_count();
  for (const auto& candidate : best.candidates()) {
    if (wanted == 0) break;
    dispatch::v1::AssignTaskRequest assign;
    assign.set_request_id(world.RequestId());
    assign.set_task_id(job.task_id);
    assign.set_person_id(candidate.person_id());
    const auto assigned =
        co_await Try(world.backend.assignments, &client::Assignments::AssignTask, token, assign);
    if (assigned.ok()) {
      --wanted;
      ++world.counts["assigned by coordinators"];
    }
  }
}

}  // namespace

Task<void> StaffTasks(World& world) {
  co_await world.KeepSignedIn();
  // Two thirds are claimed by crowds; the rest is left to matching and coordinators.
  const size_t rushed = world.jobs.size() * 2 / 3;
  auto rush = [&world](size_t i) { return Rush(world, i); };
  co_await ForEach(rushed, 8, rush);
  fmt::print("  {} tasks claimed: {} accepted, {} waitlisted\n", rushed,
             world.counts["claims accepted"], world.counts["claims waitlisted"]);
  auto withdraw = [&world](size_t i) { return Withdraw(world, i * 50); };
  co_await ForEach((rushed + 49) / 50, world.options.concurrency, withdraw);
  co_await Match(world);
  auto answer = [&world](size_t i) { return AnswerOffers(world, i); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, answer);
  auto assign = [&world](size_t i) { return Assign(world, i); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, assign);
  fmt::print("  offers accepted {}, declined {}; {} assigned by coordinators; {} withdrew\n",
             world.counts["offers accepted"], world.counts["offers declined"],
             world.counts["assigned by coordinators"], world.counts["withdrawals"]);
}

}  // namespace baodao::demo
