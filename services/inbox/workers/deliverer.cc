#include "services/inbox/workers/deliverer.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

constexpr size_t kNoticesAtOnce = 16;

// Whether the person hears by name what the notice to their unit says, or something of what it
// ends.
bool TellsByName(const std::vector<Notice>& notices, const Notice& of_unit,
                 const std::string& person) {
  return std::ranges::any_of(notices, [&](const Notice& notice) {
    const std::string& kind = notice.record.kind();
    if (notice.to.kind != Recipient::Kind::kPerson || notice.to.id != person || kind.empty() ||
        notice.record.subject_id() != of_unit.record.subject_id()) {
      return false;
    }
    return kind == of_unit.record.kind() || std::ranges::count(of_unit.ends, FamilyOf(kind)) > 0;
  });
}

}  // namespace

Task<absl::Status> Deliverer::OnEvent(const events::Delivery& delivery) {
  if (delivery.event.has_unit_changed()) liaisons_.Apply(delivery.event.unit_changed().unit());
  if (delivery.event.has_session_ended()) {
    co_return co_await EndDevices(delivery.event.session_ended());
  }
  if (delivery.event.has_account_deleted()) {
    co_return co_await Erase(delivery.event.account_deleted().person_id());
  }
  const std::vector<Notice> notices = NoticesOf(delivery.event);
  const std::optional<Cursor> id = Cursor::Parse(delivery.id);
  if (!id) co_return absl::InvalidArgumentError("no id of an event: " + delivery.id);
  Cause cause;
  cause.event = {delivery.service, delivery.shard, *id};
  cause.requeued = delivery.requeued;
  cause.actor_id = delivery.event.actor_id();
  cause.trace_id = delivery.event.trace_id();
  cause.now = clock_.Now();
  absl::Status first_error;
  std::function<Task<void>(size_t)> deliver = [&](size_t i) -> Task<void> {
    // One recipient who cannot be reached now does not hold up the others; the event comes again.
    first_error.Update(co_await Deliver(notices, i, cause));
  };
  // Together, so that their commits go to Redis in one call.
  if (notices.size() > 1) {
    co_await ForEach(notices.size(), kNoticesAtOnce, deliver);
  } else if (!notices.empty()) {
    co_await deliver(0);
  }
  co_return first_error;
}

Task<absl::Status> Deliverer::EndDevices(events::v1::SessionEnded ended) {
  const std::optional<Owner> owner = inbox_.PersonOwner(ended.person_id());
  if (!owner) co_return absl::OkStatus();
  co_return co_await channels_.EndSession(*owner, ended.session_id());
}

Task<absl::Status> Deliverer::Erase(std::string person_id) {
  const std::optional<Owner> owner = inbox_.PersonOwner(person_id);
  if (!owner) co_return absl::OkStatus();
  // In this order: no device is added once the inbox is closed.
  CO_RETURN_IF_ERROR(co_await inbox_.Erase(*owner));
  co_return co_await channels_.Erase(*owner);
}

Task<absl::Status> Deliverer::Deliver(const std::vector<Notice>& notices, size_t i, Cause cause) {
  const Notice& notice = notices[i];
  CO_ASSIGN_OR_RETURN(const std::vector<Owner> owners,
                      co_await OwnersOf(notice.to, cause.trace_id));
  const bool to_unit = notice.to.kind == Recipient::Kind::kLiaison;
  Addition addition;
  addition.record = notice.record;
  addition.thing = notice.thing;
  addition.remind_at = notice.remind_at;
  addition.forget_reminder = notice.forget_reminder;
  addition.ends = notice.ends;
  for (const Owner& owner : owners) {
    if (to_unit && TellsByName(notices, notice, owner.id)) continue;
    Addition own = addition;
    // A liaison knows what they did, and the others hear of it; what is over is over for all.
    if (to_unit && owner.id == cause.actor_id) {
      own.record.clear_kind();
      own.record.clear_params();
    }
    co_await nearby_.AddTo(&own.record, owner.id, cause.trace_id);
    CO_RETURN_IF_ERROR(co_await inbox_.Add(owner, std::move(own), cause));
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Owner>> Deliverer::AreaOwner(std::string area_code) {
  // The event may be ahead of this replica's tree. Without the area's subdistrict its shard is a
  // guess, and the notice would lie where nobody ever reads.
  if (areas_.tree()->Find(area_code) == nullptr) {
    const absl::Status refreshed = co_await areas_.Refresh();
    if (!refreshed.ok()) log::Warn("areas.refresh_failed", {{"status", refreshed}});
  }
  const auto tree = areas_.tree();
  const areas::Area* const current = tree->CurrentOf(area_code);
  if (current == nullptr) {
    co_return absl::UnavailableError("the tree does not have area " + area_code + " yet");
  }
  co_return Owner{current->code(), tree->ShardOf(current->code(), inbox_.store().keys())};
}

Task<absl::StatusOr<std::vector<Owner>>> Deliverer::OwnersOf(Recipient to, std::string trace_id) {
  std::vector<Owner> owners;
  if (to.kind == Recipient::Kind::kArea) {
    CO_ASSIGN_OR_RETURN(owners.emplace_back(), co_await AreaOwner(to.id));
    co_return owners;
  }
  std::vector<std::string> people(1, to.id);
  if (to.kind == Recipient::Kind::kLiaison) {
    CO_ASSIGN_OR_RETURN(people, co_await liaisons_.Of(to.id, std::move(trace_id)));
  }
  for (const std::string& person : people) {
    const std::optional<Owner> owner = inbox_.PersonOwner(person);
    if (owner) {
      owners.push_back(*owner);
    } else {
      log::Warn("notice.no_person", {{"recipient", person}});
    }
  }
  co_return owners;
}

// The timer lies where the inbox does: also an area's, wherever the tree has it now.
Task<absl::Status> Deliverer::OnHeld(timers::Timer timer) {
  Cause cause;
  cause.actor_id = "inbox";
  cause.now = clock_.Now();
  Owner owner{timer.id, timer.shard};
  co_return co_await inbox_.ShowHeld(std::move(owner), timer.extra, timer.member, cause);
}

Task<absl::Status> Deliverer::OnAge(timers::Timer timer) {
  return inbox_.DropOld({timer.id, timer.shard}, timer.member, clock_.Now());
}

Task<absl::Status> Deliverer::OnReminder(timers::Timer timer) {
  const std::optional<Owner> owner = inbox_.PersonOwner(timer.id);
  if (!owner) co_return absl::InvalidArgumentError("a reminder of nobody: " + timer.member);
  Cause cause;
  cause.actor_id = "inbox";
  cause.now = clock_.Now();
  co_return co_await inbox_.Remind(*owner, timer.extra, timer.member, cause);
}

}  // namespace baodao::inbox
