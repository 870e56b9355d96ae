#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

bool IsCredited(const dispatch::v1::Assignment& assignment) {
  return assignment.state() == dispatch::v1::ASSIGNMENT_STATE_CREDITED;
}

// Where nobody came there is nobody to complain of.
Task<bool> Complain(World& world, const Job& job) {
  const auto people = co_await PeopleOf(world, job);
  if (std::ranges::none_of(people, IsCredited)) co_return false;
  const Actor& requester = world.people[job.requester];
  dispatch::v1::RaiseComplaintRequest raise;
  raise.set_request_id(world.RequestId());
  raise.set_task_id(job.task_id);
  raise.set_statement("到得太晚，电话也打不通");
  const auto raised = co_await Must(world.backend.complaints, &client::Complaints::RaiseComplaint,
                                    requester.token, raise);
  dispatch::v1::AnswerComplaintRequest answer;
  answer.set_request_id(world.RequestId());
  answer.set_complaint_id(raised.complaint_id());
  answer.set_outcome(dispatch::v1::COMPLAINT_OUTCOME_UPHELD);
  answer.set_answer("下次提前一天联系");
  co_await Must(world.backend.complaints, &client::Complaints::AnswerComplaint,
                world.communities[job.community].coordinator.token, answer);
  world.awaited.push_back(
      {&requester, inbox::v1::NOTIFICATION_KIND_COMPLAINT_ANSWERED, raised.complaint_id()});
  ++world.counts["complaints answered"];
  co_return true;
}

// The district certifies all that somebody has served in it.
Task<bool> Certify(World& world, const Job& job, const std::string& district) {
  for (const auto& assignment : co_await PeopleOf(world, job)) {
    const Actor* person = PersonOf(world, assignment.person_id());
    if (!IsCredited(assignment) || person == nullptr) continue;
    const Time now = SystemClock().Now();
    dispatch::v1::IssueCertificateRequest issue;
    issue.set_request_id(world.RequestId());
    issue.set_person_id(person->person_id);
    issue.set_area_code(district);
    *issue.mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::hours(24));
    *issue.mutable_period()->mutable_end() = ToTimestamp(now);
    const auto issued = co_await Must(
        world.backend.certificates, &client::Certificates::IssueCertificate, person->token, issue);
    world.papers.push_back({static_cast<size_t>(person - world.people.data()), issued});
    ++world.counts["certificates"];
    co_return true;
  }
  co_return false;
}

// One job after the other, until so many of them had something to it.
Task<void> ForSome(World& world, size_t wanted, std::function<Task<bool>(const Job&)> step) {
  for (const Job& job : world.jobs) {
    if (wanted == 0) co_return;
    if (co_await step(job)) --wanted;
  }
}

}  // namespace

Task<void> SettleUp(World& world) {
  co_await world.KeepSignedIn();
  auto complain = [&world](const Job& job) { return Complain(world, job); };
  co_await ForSome(world, world.jobs.size() / 20 + 1, complain);
  registration::v1::GetAreaRequest get;
  get.set_code(world.communities[0].area.parent_code());
  const auto subdistrict = co_await Must(world.backend.areas, &client::Areas::GetArea, "", get);
  auto certify = [&world, &subdistrict](const Job& job) {
    return Certify(world, job, subdistrict.parent_code());
  };
  co_await ForSome(world, world.jobs.size() / 10 + 1, certify);
  fmt::print("  {} complaints heard and answered, {} certificates of hours\n",
             world.counts["complaints answered"], world.counts["certificates"]);
}

}  // namespace baodao::demo
