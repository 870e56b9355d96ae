#include <fmt/core.h>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::Assignment;

constexpr size_t kTries = 8;  // people who are asked to come instead

// People of the community besides the requester, from a different one on for each job.
std::vector<const Actor*> OthersAt(const World& world, const Job& job) {
  std::vector<const Actor*> others;
  for (size_t p = 0; p < world.people.size() && others.size() < kTries; ++p) {
    const size_t i = (p + job.requester * 13) % world.people.size();
    if (i != job.requester && world.people[i].community == job.community) {
      others.push_back(&world.people[i]);
    }
  }
  return others;
}

// 换班: whoever can come is asked; nine of ten come.
Task<void> Swap(World& world, size_t i) {
  const Job& job = world.jobs[i];
  const std::vector<const Actor*> accepted = co_await AcceptedOf(world, job);
  if (accepted.empty()) co_return;
  const Actor& leaver = *accepted.back();
  for (const Actor* colleague : OthersAt(world, job)) {
    dispatch::v1::ProposeSwapRequest propose;
    propose.set_request_id(world.RequestId());
    propose.set_task_id(job.task_id);
    propose.set_successor_id(colleague->person_id);
    propose.set_reason("临时加班");
    const auto proposed =
        co_await Try(world.backend.changes, &client::Changes::ProposeSwap, leaver.token, propose);
    if (!Done(proposed)) continue;
    dispatch::v1::AssignmentRequest answer;
    answer.set_request_id(world.RequestId());
    answer.set_task_id(job.task_id);
    if (world.Random(10) == 0) {
      const auto declined = co_await Try(
          world.backend.assignments, &client::Assignments::DeclineOffer, colleague->token, answer);
      if (Done(declined)) ++world.counts["swaps declined"];
      co_return;
    }
    const auto came = co_await Try(world.backend.assignments, &client::Assignments::AcceptOffer,
                                   colleague->token, answer);
    if (!Done(came)) co_return;
    ++world.counts["swaps"];
    world.awaited.push_back({&leaver, inbox::v1::NOTIFICATION_KIND_PLACE_TAKEN_OVER, job.task_id});
    co_return;
  }
}

// 请假: somebody comes instead, or the coordinator lets them go. The slot is never left in between.
Task<void> AskToLeave(World& world, size_t i) {
  const Job& job = world.jobs[i];
  const std::vector<const Actor*> accepted = co_await AcceptedOf(world, job);
  if (accepted.empty()) co_return;
  const Actor& leaver = *accepted.front();
  dispatch::v1::RequestWithdrawalRequest ask;
  ask.set_request_id(world.RequestId());
  ask.set_task_id(job.task_id);
  ask.set_reason("孩子发烧");
  const auto asked =
      co_await Try(world.backend.changes, &client::Changes::RequestWithdrawal, leaver.token, ask);
  if (!Done(asked)) co_return;
  ++world.counts["withdrawals requested"];
  dispatch::v1::AnswerWithdrawalRequest answer;
  answer.set_request_id(world.RequestId());
  answer.set_task_id(job.task_id);
  answer.set_person_id(leaver.person_id);
  answer.set_verdict(dispatch::v1::WITHDRAWAL_VERDICT_APPROVE);
  const auto let_go = co_await Try(world.backend.changes, &client::Changes::AnswerWithdrawal,
                                   world.communities[job.community].coordinator.token, answer);
  if (!Done(let_go)) co_return;  // somebody who waited was faster
  ++world.counts["withdrawals approved"];
  world.awaited.push_back({&leaver, inbox::v1::NOTIFICATION_KIND_WITHDRAWAL_APPROVED, job.task_id});
}

}  // namespace

Task<void> ChangeMinds(World& world) {
  co_await world.KeepSignedIn();
  const size_t tenth = (world.jobs.size() + 9) / 10;
  auto swap = [&world](size_t i) { return Swap(world, i * 10); };
  co_await ForEach(tenth, world.options.concurrency, swap);
  auto leave = [&world](size_t i) { return AskToLeave(world, i * 20 + 5); };
  co_await ForEach((world.jobs.size() + 14) / 20, world.options.concurrency, leave);
  fmt::print("  {} handed their slot to a colleague; {} asked to be let go, {} were\n",
             world.counts["swaps"], world.counts["withdrawals requested"],
             world.counts["withdrawals approved"]);
}

}  // namespace baodao::demo
