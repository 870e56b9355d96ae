#include <fmt/core.h>

#include <stdexcept>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/on_site.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::Assignment;
using dispatch::v1::SignRequest;

// By turns: by position, by the code on site, by the coordinator. For people who are not the demo's
// the coordinator does it.
Task<SignRequest> Proof(World& world, const Job& job, const std::string& person_id, size_t way) {
  SignRequest request;
  request.set_request_id(world.RequestId());
  request.set_task_id(job.task_id);
  if (way % 3 == 2 || PersonOf(world, person_id) == nullptr) {
    request.set_person_id(person_id);
  } else if (way % 3 == 0) {
    *request.mutable_position() = world.communities[job.community].area.center();
  } else {
    dispatch::v1::GetSignInCodeRequest ask;
    ask.set_task_id(job.task_id);
    const auto code = co_await Must(world.backend.tasks, &client::Tasks::GetSignInCode,
                                    world.people[job.requester].token, ask);
    request.set_code(code.code());
  }
  co_return request;
}

Task<void> SeeContact(World& world, const Job& job, const Actor& person) {
  dispatch::v1::GetTaskContactRequest contact;
  contact.set_task_id(job.task_id);
  const auto seen =
      co_await Must(world.backend.tasks, &client::Tasks::GetTaskContact, person.token, contact);
  if (seen.phone() != world.people[job.requester].phone)
    throw std::runtime_error("a volunteer saw a wrong contact");
}

Task<void> ServeOne(World& world, const Job& job, const std::string& person_id, size_t way) {
  const Actor* person = PersonOf(world, person_id);
  SignRequest in = co_await Proof(world, job, person_id, way);
  const std::string& token =
      in.person_id().empty() ? person->token : world.communities[job.community].coordinator.token;
  co_await Must(world.backend.assignments, &client::Assignments::SignIn, token, in);
  if (person != nullptr) co_await SeeContact(world, job, *person);
  SignRequest out = co_await Proof(world, job, person_id, way);
  co_await Must(world.backend.assignments, &client::Assignments::SignOut, token, out);
  ++world.counts["services"];
}

Task<void> Evaluate(World& world, size_t i) {
  const Job& job = world.jobs[i];
  dispatch::v1::EvaluateTaskRequest request;
  request.set_request_id(world.RequestId());
  request.set_task_id(job.task_id);
  request.set_rating(i % 40 == 39 ? 2 : 4 + static_cast<int>(i % 2));
  request.set_comment(i % 40 == 39 ? "来得太晚" : "谢谢大家");
  co_await Must(world.backend.tasks, &client::Tasks::EvaluateTask,
                world.people[job.requester].token, request);
  ++world.counts["evaluations"];
}

Task<void> ServeJob(World& world, size_t i) {
  const Job& job = world.jobs[i];
  size_t served = 0;
  if (job.leader != nullptr && co_await ServeLed(world, job)) ++served;
  for (const Assignment& assignment : co_await PeopleOf(world, job)) {
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_ACCEPTED) continue;
    const Actor* person = PersonOf(world, assignment.person_id());
    if (IsOffline(i) && person != nullptr) {
      co_await ServeOffline(world, job, *person);
    } else {
      co_await ServeOne(world, job, assignment.person_id(), i + served);
    }
    ++served;
  }
  if (served > 0) co_await Evaluate(world, i);
}

// Hours are credited by a timer right after the evaluation; closing reports back.
Task<void> Close(World& world, size_t i) {
  const Job& job = world.jobs[i];
  const std::string& token = world.communities[job.community].coordinator.token;
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(job.task_id);
  const auto task = co_await Must(world.backend.tasks, &client::Tasks::GetTask, token, get);
  if (task.state() != dispatch::v1::TASK_STATE_EVALUATED) co_return;
  dispatch::v1::CloseTaskRequest request;
  request.set_request_id(world.RequestId());
  request.set_task_id(job.task_id);
  co_await Must(world.backend.tasks, &client::Tasks::CloseTask, token, request);
  ++world.counts["tasks closed"];
}

bool Credited(const std::vector<Assignment>& people) {
  for (const Assignment& assignment : people) {
    if (assignment.state() == dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT) return false;
  }
  return true;
}

Task<void> WaitForHours(World& world, size_t i) {
  for (int attempt = 0; attempt < 600; ++attempt) {
    if (Credited(co_await PeopleOf(world, world.jobs[i]))) co_return;
    co_await SystemClock().SleepFor(Millis(100));
  }
  throw std::runtime_error("hours of " + world.jobs[i].task_id +
                           " were not credited within a minute");
}

}  // namespace

Task<void> Serve(World& world) {
  Time last{};
  for (const Job& job : world.jobs) last = std::max(last, job.start);
  const Millis wait_for = last - SystemClock().Now();
  if (wait_for > Millis(0)) {
    fmt::print("  the last task starts in {} s\n",
               std::chrono::ceil<std::chrono::seconds>(wait_for).count());
    std::fflush(stdout);
    co_await SystemClock().SleepFor(wait_for);
  }
  co_await world.KeepSignedIn();
  auto serve = [&world](size_t i) { return ServeJob(world, i); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, serve);
  fmt::print("  {} people served, {} tasks rated by their requesters\n", world.counts["services"],
             world.counts["evaluations"]);
  fmt::print("  {} signed in and out by their leader, {} by codes that came later; {} check-ins\n",
             world.counts["people signed by their leader"], world.counts["signs sent later"],
             world.counts["check-ins"]);
  co_await RateEachOther(world);
  auto wait = [&world](size_t i) { return WaitForHours(world, i); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, wait);
  auto close = [&world](size_t i) { return Close(world, i); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, close);
  fmt::print("  hours credited, {} tasks closed\n", world.counts["tasks closed"]);
}

}  // namespace baodao::demo
