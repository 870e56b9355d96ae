#include <fmt/core.h>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/names.h"
#include "ops/demo/on_site.h"
#include "ops/demo/story.h"

namespace baodao::demo {
namespace {

using std::chrono::hours;

lists::v1::CreateNeedRequest NeedOf(World& world, size_t i) {
  Job& job = world.jobs[i];
  const Actor& requester = world.people[job.requester];
  const auto& area = world.communities[job.community].area;
  const Trade& trade = TradeOf(i);
  lists::v1::CreateNeedRequest need;
  need.set_request_id(world.RequestId());
  need.set_title(trade.title);
  need.set_description(fmt::format("{}居民的需求，第 {} 件", area.name(), i + 1));
  need.set_category(trade.category);
  need.set_area_code(area.code());
  *need.mutable_place() = area.center();
  job.start = SystemClock().Now() + world.options.lead;
  *need.mutable_window()->mutable_start() = ToTimestamp(job.start);
  *need.mutable_window()->mutable_end() = ToTimestamp(job.start + hours(2));
  need.set_people_wanted(job.slots);
  if (i % 2 == 0) need.add_skills(trade.skill);
  need.mutable_contact()->set_name(requester.name);
  need.mutable_contact()->set_phone(requester.phone);
  need.mutable_contact()->set_address(
      fmt::format("{}{}号{}室", area.name(), 1 + i % 80, 101 + i % 6));
  return need;
}

Task<void> Review(World& world, const Job& job, lists::v1::NeedVerdict verdict,
                  std::string comment) {
  lists::v1::ReviewNeedRequest review;
  review.set_request_id(world.RequestId());
  review.set_need_id(job.need_id);
  review.set_verdict(verdict);
  review.set_comment(comment);
  co_await Must(world.backend.needs, &client::Needs::ReviewNeed,
                world.communities[job.community].coordinator.token, review);
}

Task<void> RaiseOne(World& world, size_t i) {
  Job& job = world.jobs[i];
  job.requester = world.people.size() - 1 - i % world.people.size();
  job.community = world.people[job.requester].community;
  job.slots = 1 + static_cast<int>(i % 4);
  const Actor& requester = world.people[job.requester];
  const lists::v1::CreateNeedRequest create = NeedOf(world, i);
  const auto need =
      co_await Must(world.backend.needs, &client::Needs::CreateNeed, requester.token, create);
  job.need_id = need.need_id();
  if (i % 20 == 19) {  // Sent back for more, and better the second time.
    co_await Review(world, job, lists::v1::NEED_VERDICT_RETURN, "请说明需要几个人");
    lists::v1::UpdateNeedRequest better;
    better.set_request_id(world.RequestId());
    better.set_need_id(job.need_id);
    better.set_description(fmt::format("{}，需要 {} 人", create.description(), job.slots));
    better.mutable_update_mask()->add_paths("description");
    co_await Must(world.backend.needs, &client::Needs::UpdateNeed, requester.token, better);
    lists::v1::ResubmitNeedRequest again;
    again.set_request_id(world.RequestId());
    again.set_need_id(job.need_id);
    co_await Must(world.backend.needs, &client::Needs::ResubmitNeed, requester.token, again);
    ++world.counts["needs returned"];
  }
  co_await Review(world, job, lists::v1::NEED_VERDICT_ACCEPT, "");
  lists::v1::PublishNeedRequest publish;
  publish.set_request_id(world.RequestId());
  publish.set_need_id(job.need_id);
  if (IsLed(i)) publish.set_check_in_minutes(30);
  const auto published = co_await Must(world.backend.needs, &client::Needs::PublishNeed,
                                       world.communities[job.community].coordinator.token, publish);
  job.task_id = published.task_id();
}

}  // namespace

Task<void> RaiseNeeds(World& world) {
  co_await world.KeepSignedIn();
  world.jobs.resize(world.options.needs);
  auto raise = [&world](size_t i) { return RaiseOne(world, i); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, raise);
  fmt::print("{} needs raised, {} sent back once, all published as tasks\n", world.jobs.size(),
             world.counts["needs returned"]);
}

}  // namespace baodao::demo
