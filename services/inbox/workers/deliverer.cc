#include "services/inbox/workers/deliverer.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

constexpr size_t kLettersAtOnce = 16;  // each may ask dispatch or registration
constexpr size_t kInboxesAtOnce = 64;

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

Task<absl::Status> Deliverer::OnEvents(std::vector<events::Delivery> deliveries) {
  std::vector<Report> together;
  for (const events::Delivery& delivery : deliveries) {
    Report report{&delivery, NoticesOf(delivery.event)};
    if (IsFixed(report)) {
      together.push_back(std::move(report));
      continue;
    }
    CO_RETURN_IF_ERROR(co_await Tell(std::exchange(together, {})));
    CO_RETURN_IF_ERROR(co_await TellAlone(std::move(report)));
  }
  co_return co_await Tell(std::move(together));
}

bool Deliverer::IsFixed(const Report& report) const {
  const events::v1::Event& event = report.delivery->event;
  if (event.has_unit_changed() || event.has_session_ended() || event.has_account_deleted()) {
    return false;
  }
  return std::ranges::all_of(report.notices, [this](const Notice& notice) {
    if (notice.to.kind != Recipient::Kind::kArea) return notice.to.kind == Recipient::Kind::kPerson;
    const areas::Area* const current = areas_.tree()->CurrentOf(notice.to.id);
    return current != nullptr && current->code() == notice.to.id;
  });
}

Task<absl::Status> Deliverer::TellAlone(Report report) {
  const events::v1::Event& event = report.delivery->event;
  if (event.has_unit_changed()) liaisons_.Apply(event.unit_changed().unit());
  if (event.has_session_ended()) co_return co_await EndDevices(event.session_ended());
  if (event.has_account_deleted()) co_return co_await Erase(event.account_deleted().person_id());
  std::vector<Report> one;
  one.push_back(std::move(report));
  co_return co_await Tell(std::move(one));
}

Task<absl::Status> Deliverer::Tell(std::vector<Report> reports) {
  std::vector<Letter> letters;
  for (const Report& report : reports) {
    if (report.notices.empty()) continue;
    CO_ASSIGN_OR_RETURN(const Cause cause, CauseOf(*report.delivery));
    for (size_t i = 0; i < report.notices.size(); ++i) letters.push_back({&report, i, cause, {}});
  }
  absl::Status first_error;
  std::function<Task<void>(size_t)> address = [&](size_t i) -> Task<void> {
    first_error.Update(co_await Address(letters[i]));
  };
  co_await ForEach(letters.size(), kLettersAtOnce, address);
  // In the order of the events, by the id of whose inbox it is.
  std::map<std::string, Parcel> parcels;
  for (Letter& letter : letters) {
    for (auto& [owner, telling] : letter.tellings) {
      Parcel& parcel = parcels[owner.id];
      parcel.owner = owner;
      parcel.tellings.push_back(std::move(telling));
    }
  }
  std::vector<Parcel> all;
  all.reserve(parcels.size());
  for (auto& [id, parcel] : parcels) all.push_back(std::move(parcel));
  std::function<Task<void>(size_t)> send = [&](size_t i) -> Task<void> {
    // One recipient who cannot be reached now does not hold up the others; the event comes again.
    first_error.Update(co_await inbox_.Add(all[i].owner, std::move(all[i].tellings)));
  };
  // Together, so that their commits go to Redis in one call.
  co_await ForEach(all.size(), kInboxesAtOnce, send);
  co_return first_error;
}

absl::StatusOr<Cause> Deliverer::CauseOf(const events::Delivery& delivery) const {
  const std::optional<Cursor> id = Cursor::Parse(delivery.id);
  if (!id) return absl::InvalidArgumentError("no id of an event: " + delivery.id);
  Cause cause;
  cause.event = {delivery.service, delivery.shard, *id};
  cause.requeued = delivery.requeued;
  cause.actor_id = delivery.event.actor_id();
  cause.trace_id = delivery.event.trace_id();
  cause.now = clock_.Now();
  return cause;
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

Task<absl::Status> Deliverer::Address(Letter& letter) {
  const std::vector<Notice>& notices = letter.report->notices;
  const Notice& notice = notices[letter.notice];
  const Cause& cause = letter.cause;
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
    letter.tellings.emplace_back(owner, Telling{std::move(own), cause});
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
