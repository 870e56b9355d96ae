#include <algorithm>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/findings.h"

namespace baodao::demo {
namespace {

using lists::v1::Booking;

// The claim, once its task is closed and it has been reported: a timer does that.
Task<dispatch::v1::GetUnitClaimResponse> ReadShare(World& world, const Share& share) {
  dispatch::v1::GetUnitClaimRequest get;
  get.set_task_id(world.jobs[share.job].task_id);
  get.set_unit_id(world.units[share.unit].unit_id);
  const std::string& liaison = world.units[share.unit].liaison.token;
  dispatch::v1::GetTaskRequest ask;
  ask.set_task_id(get.task_id());
  const auto task = co_await Must(world.backend.tasks, &client::Tasks::GetTask, liaison, ask);
  const bool closed = task.state() == dispatch::v1::TASK_STATE_CLOSED;
  for (int attempt = 0;; ++attempt) {
    auto read =
        co_await Must(world.backend.unit_claims, &client::UnitClaims::GetUnitClaim, liaison, get);
    const bool named = read.claim().state() == dispatch::v1::UNIT_CLAIM_STATE_NAMED ||
                       read.claim().state() == dispatch::v1::UNIT_CLAIM_STATE_OPEN;
    if (!closed || !named || attempt == 300) co_return read;
    co_await SystemClock().SleepFor(Millis(100));
  }
}

// A unit never has more people on a task than the slots it claimed, keeps none that nobody is named
// for, and hears what its people served.
Task<void> CheckShare(World& world, const Share& share, Findings& findings) {
  const auto read = co_await ReadShare(world, share);
  const dispatch::v1::UnitClaim& claim = read.claim();
  const std::string what = claim.unit_name() + " on " + claim.task_id();
  if (claim.named() > share.slots) findings.Broken(what + " has named too many");
  if (claim.open_slots() != 0) findings.Broken(what + " still holds slots");
  if (claim.state() != dispatch::v1::UNIT_CLAIM_STATE_REPORTED) co_return;
  ++world.counts["unit claims reported"];
  int served = 0;
  int64_t minutes = 0;
  for (const auto& member : read.members()) {
    if (member.assignment().state() != dispatch::v1::ASSIGNMENT_STATE_CREDITED) continue;
    ++served;
    minutes += member.assignment().credited_minutes();
  }
  if (claim.served() != served || claim.minutes() != minutes) {
    findings.Broken(what + " is told of other service than there was");
  }
  findings.outcomes[&world.units[share.unit].liaison].emplace(
      inbox::v1::NOTIFICATION_KIND_UNIT_CLAIM_REPORTED, claim.task_id());
}

// No slot has more guests than places, and nobody waits for one that is free.
Task<void> CheckRoom(World& world, const Room& room, Findings& findings) {
  const std::string& liaison = world.units[room.unit].liaison.token;
  lists::v1::GetResourceRequest get;
  get.set_resource_id(room.resource_id);
  const auto resource =
      co_await Must(world.backend.resources, &client::Resources::GetResource, liaison, get);
  lists::v1::ListBookingsRequest list;
  list.set_resource_id(room.resource_id);
  list.set_page_size(200);
  const auto listed =
      co_await Must(world.backend.bookings, &client::Bookings::ListBookings, liaison, list);
  const auto in = [&listed](lists::v1::BookingState state) {
    return std::ranges::count(listed.bookings(), state, &Booking::state);
  };
  const auto guests = in(lists::v1::BOOKING_STATE_CONFIRMED);
  if (guests > resource.capacity()) findings.Broken(resource.title() + " is overbooked");
  if (guests < resource.capacity() && in(lists::v1::BOOKING_STATE_WAITLISTED) > 0) {
    findings.Broken("somebody waits for a free place in " + resource.title());
  }
}

}  // namespace

Task<void> CheckAround(World& world, Findings& findings) {
  const size_t at_once = world.options.concurrency;
  auto share = [&](size_t i) { return CheckShare(world, world.shares[i], findings); };
  co_await ForEach(world.shares.size(), at_once, share);
  auto room = [&](size_t i) { return CheckRoom(world, world.rooms[i], findings); };
  co_await ForEach(world.rooms.size(), at_once, room);
  for (const Paper& paper : world.papers) {
    const std::string& person = world.people[paper.person].person_id;
    const auto& certificate = paper.certificate;
    if (certificate.automatic_minutes() + certificate.manual_minutes() !=
        findings.minutes[person]) {
      findings.Broken("the certificate of " + person + " says something else than the ledger");
    }
  }
  for (const Awaited& one : world.awaited) {
    findings.outcomes[one.who].emplace(one.kind, one.subject_id);
  }
}

}  // namespace baodao::demo
