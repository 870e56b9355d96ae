#include <fmt/core.h>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"

namespace baodao::demo {
namespace {

constexpr size_t kConfirmed = 3;  // of a unit's people
constexpr size_t kAsked = 5;      // of them, whether they come

Task<void> KnowMembersOf(World& world, size_t i) {
  const Unit& unit = world.units[i];
  registration::v1::ListUnitMembersRequest list;
  list.set_unit_id(unit.unit_id);
  const auto listed = co_await Must(
      world.backend.unit_members, &client::UnitMembers::ListUnitMembers, unit.liaison.token, list);
  for (size_t m = 0; m < kConfirmed && m < static_cast<size_t>(listed.members_size()); ++m) {
    registration::v1::UnitMemberRequest confirm;
    confirm.set_request_id(world.RequestId());
    confirm.set_unit_id(unit.unit_id);
    confirm.set_person_id(listed.members(static_cast<int>(m)).person_id());
    co_await Must(world.backend.unit_members, &client::UnitMembers::ConfirmUnitMember,
                  unit.liaison.token, confirm);
    ++world.counts["unit members confirmed"];
  }
}

// A unit of the community, by turns; SIZE_MAX where none has reported there.
size_t UnitAt(const World& world, size_t community, size_t turn) {
  std::vector<size_t> there;
  for (size_t i = 0; i < world.units.size(); ++i) {
    if (world.units[i].community == community) there.push_back(i);
  }
  return there.empty() ? SIZE_MAX : there[turn % there.size()];
}

// Somebody who has no other work at that time; all of the demo's tasks are at about the same time.
Task<bool> NameSomebody(World& world, const Share& share) {
  size_t asked = 0;
  for (const Actor& person : world.people) {
    if (person.unit != share.unit) continue;
    if (++asked > kAsked) break;
    dispatch::v1::NameUnitMemberRequest name;
    name.set_request_id(world.RequestId());
    name.set_task_id(world.jobs[share.job].task_id);
    name.set_unit_id(world.units[share.unit].unit_id);
    name.set_person_id(person.person_id);
    const auto named = co_await Try(world.backend.unit_claims, &client::UnitClaims::NameUnitMember,
                                    world.units[share.unit].liaison.token, name);
    if (!Done(named)) continue;
    world.awaited.push_back({&person, inbox::v1::NOTIFICATION_KIND_TASK_NAMED, name.task_id()});
    ++world.counts["unit members named"];
    co_return true;
  }
  co_return false;
}

// Half of the slots is the unit's: one person comes, and the others are given back.
Task<void> ClaimOne(World& world, size_t i) {
  const Job& job = world.jobs[i];
  const Share share{UnitAt(world, job.community, i), i, job.slots / 2};
  if (share.unit == SIZE_MAX) co_return;
  const Unit& unit = world.units[share.unit];
  dispatch::v1::ClaimUnitSlotsRequest claim;
  claim.set_request_id(world.RequestId());
  claim.set_task_id(job.task_id);
  claim.set_unit_id(unit.unit_id);
  claim.set_slots(share.slots);
  const auto claimed = co_await Try(world.backend.unit_claims, &client::UnitClaims::ClaimUnitSlots,
                                    unit.liaison.token, claim);
  if (!Done(claimed)) co_return;
  ++world.counts["unit claims"];
  world.shares.push_back(share);
  const bool named = co_await NameSomebody(world, share);
  dispatch::v1::WithdrawUnitClaimRequest back;
  back.set_request_id(world.RequestId());
  back.set_task_id(job.task_id);
  back.set_unit_id(unit.unit_id);
  back.set_slots(named ? share.slots - 1 : 0);
  back.set_reason("人手有限");
  const auto left = co_await Try(world.backend.unit_claims, &client::UnitClaims::WithdrawUnitClaim,
                                 unit.liaison.token, back);
  if (Done(left)) world.counts["unit slots given back"] += left->returned();
}

}  // namespace

Task<void> KnowMembers(World& world) {
  co_await world.KeepSignedIn();
  auto know = [&world](size_t i) { return KnowMembersOf(world, i); };
  co_await ForEach(world.units.size(), world.options.concurrency, know);
  fmt::print("{} of their people confirmed by the units\n", world.counts["unit members confirmed"]);
}

Task<void> ClaimForUnits(World& world) {
  co_await world.KeepSignedIn();
  // One task of four asks for four people.
  const size_t tasks = (world.jobs.size() + 4) / 8;
  auto claim = [&world](size_t i) { return ClaimOne(world, i * 8 + 3); };
  co_await ForEach(tasks, 8, claim);
  fmt::print("  units claimed slots of {} tasks and named {} people; {} slots given back\n",
             world.counts["unit claims"], world.counts["unit members named"],
             world.counts["unit slots given back"]);
}

}  // namespace baodao::demo
