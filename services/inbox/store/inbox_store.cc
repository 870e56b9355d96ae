#include "services/inbox/store/inbox_store.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/record/origin.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "common/timers/timer_loop.h"
#include "services/inbox/domain/kinds.h"
#include "services/inbox/domain/reminders.h"
#include "services/inbox/domain/tally.h"

namespace baodao::inbox {
namespace {

std::string TimerOf(const Owner& owner, const std::string& task_id) {
  return timers::Member(kRemindTimer, owner.id, task_id);
}

// The field of what is held back, which its timer names, too.
std::string HeldName(uint64_t tally) { return absl::StrCat(absl::Hex(tally)); }

// Whether the addition only ends what is not held back anyhow.
bool IsIdle(const v1::InboxRecord& head, const Addition& addition) {
  if (!addition.record.kind().empty() || addition.remind_at) return false;
  if (addition.forget_reminder && HasReminder(head, addition.record.subject_id())) return false;
  return std::ranges::none_of(addition.ends, [&](std::string_view family) {
    return HoldsBack(head, NameOf(family, addition.thing));
  });
}

// Puts the record at the position; the oldest makes room. `dropped`: how many have done so.
void Keep(store::Commit* commit, std::string key, uint64_t position,
          const v1::NotificationRecord& record, uint64_t* dropped) {
  commit->SetField(key, absl::StrCat(position), record.SerializeAsString());
  if (position - *dropped <= kKept) return;
  ++*dropped;
  commit->RemoveField(std::move(key), absl::StrCat(*dropped));
}

// Removes the positions up to `last`, those up to `dropped` having been removed before.
void DropUpTo(store::Commit* commit, const std::string& key, uint64_t dropped, uint64_t last) {
  while (dropped < last) commit->RemoveField(key, absl::StrCat(++dropped));
}

}  // namespace

std::string InboxStore::HeadKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "head", owner.id);
}

std::string InboxStore::EntriesKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "entries", owner.id);
}

std::string InboxStore::UrgentKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "urgent", owner.id);
}

std::string InboxStore::HeldKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "held", owner.id);
}

std::optional<Owner> InboxStore::PersonOwner(const std::string& person_id) const {
  if (!ids::IsValid(person_id, "per")) return std::nullopt;
  return Owner{person_id, store_.keys().ShardOfId(person_id)};
}

Task<absl::StatusOr<LoadedHead>> InboxStore::LoadHead(Owner owner, store::Read read) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(HeadKey(owner), read));
  co_return record::Parse<v1::InboxRecord>(stored);
}

void InboxStore::ExpectHead(store::Commit* commit, const Owner& owner,
                            const LoadedHead& head) const {
  commit->Expect(HeadKey(owner), head.version);
}

void InboxStore::PutHead(store::Commit* commit, const Owner& owner, const LoadedHead& head) const {
  commit->Put(HeadKey(owner), head.version, head.record.SerializeAsString());
}

void InboxStore::Append(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
                        v1::NotificationRecord* record, const Cause& cause) const {
  head->set_added(head->added() + 1);
  record->set_number(head->added());
  record->set_added_ms(cause.now.time_since_epoch().count());
  uint64_t dropped = head->dropped(), dropped_urgent = head->dropped_urgent();
  Keep(commit, EntriesKey(owner), head->added(), *record, &dropped);
  head->set_dropped(dropped);
  if (IsUrgent(record->kind())) {
    head->set_urgent(head->urgent() + 1);
    Keep(commit, UrgentKey(owner), head->urgent(), *record, &dropped_urgent);
    head->set_dropped_urgent(dropped_urgent);
  }
  if (!head->ages()) {
    head->set_ages(true);
    commit->SetTimer(timers::Member(kAgeTimer, owner.id), cause.now + keep_);
  }
  if (head->pushes()) commit->SetTimer(timers::Member(kPushTimer, owner.id), cause.now);
  // Few inboxes are watched; for the others the event would be most of what an addition costs.
  if (cause.now >= Time(Millis(head->watched_until_ms()))) return;
  events::v1::Event event;
  record::FillHeader(cause.actor_id, cause.trace_id, cause.now, &event);
  event.mutable_notification_added()->set_owner_id(owner.id);
  event.mutable_notification_added()->set_number(head->added());
  commit->Emit(event.SerializeAsString());
}

void InboxStore::TakeBack(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
                          std::string_view family, std::string_view thing) const {
  const uint64_t tally = NameOf(family, thing);
  if (!ReleaseFrom(head, tally)) return;
  commit->RemoveField(HeldKey(owner), HeldName(tally));
  commit->ClearTimer(timers::Member(kHeldTimer, owner.id, HeldName(tally)));
}

void InboxStore::Place(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
                       Addition* addition, const Cause& cause) const {
  v1::NotificationRecord& record = addition->record;
  const std::string_view family = FamilyOf(record.kind());
  const uint64_t tally = NameOf(family, addition->thing);
  const uint32_t held =
      family.empty() ? 0 : CountIn(head, tally, IsUrgent(record.kind()), cause.now);
  record.set_times(held);
  if (held == 0) {
    // One that waits is older than one that does not, and may contradict it.
    TakeBack(commit, owner, head, family, addition->thing);
    return Append(commit, owner, head, &record, cause);
  }
  const std::string name = HeldName(tally);
  commit->SetField(HeldKey(owner), name, record.SerializeAsString());
  if (held == 1) {
    commit->SetTimer(timers::Member(kHeldTimer, owner.id, name), cause.now + kHeldFor);
  }
}

bool InboxStore::Tell(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
                      Telling* telling) const {
  Addition& addition = telling->addition;
  const Cause& cause = telling->cause;
  const std::string& subject = addition.record.subject_id();
  const uint64_t name = NameOf(addition.record.kind(), subject);
  if (!cause.requeued && WasTold(*head, cause.event, name)) return false;
  if (IsIdle(*head, addition)) return false;
  for (const std::string_view family : addition.ends) {
    TakeBack(commit, owner, head, family, addition.thing);
  }
  if (!addition.record.kind().empty()) {
    addition.record.set_cause(CauseOf(cause.event, name));
    Place(commit, owner, head, &addition, cause);
  }
  if (addition.forget_reminder && TakeReminder(head, subject)) {
    commit->ClearTimer(TimerOf(owner, subject));
  }
  if (addition.remind_at) {
    SetReminder(head, addition.record);
    commit->SetTimer(TimerOf(owner, subject), *addition.remind_at);
  }
  // Also where nothing is shown: a reminder under way must notice that it is not wanted any more.
  if (!cause.requeued) NoteTold(head, cause.event, name);
  return true;
}

Task<absl::StatusOr<std::vector<Telling>>> InboxStore::NotShown(Owner owner,
                                                                std::vector<Telling> tellings) {
  std::vector<Telling> left;
  for (Telling& telling : tellings) {
    Addition& addition = telling.addition;
    const uint64_t name = NameOf(addition.record.kind(), addition.record.subject_id());
    CO_ASSIGN_OR_RETURN(const bool shown,
                        co_await Shows(owner, CauseOf(telling.cause.event, name)));
    if (shown) continue;
    addition.remind_at.reset();
    addition.ends.clear();
    left.push_back(std::move(telling));
  }
  co_return left;
}

Task<absl::Status> InboxStore::Add(Owner owner, std::vector<Telling> tellings) {
  // A requeued event comes by itself.
  if (!tellings.empty() && tellings.front().cause.requeued) {
    CO_ASSIGN_OR_RETURN(tellings, co_await NotShown(owner, std::move(tellings)));
  }
  // Mostly this process wrote the head last, and remembers it.
  std::function<Task<absl::StatusOr<store::Commit>>(store::Read)> decide =
      [&](store::Read read) -> Task<absl::StatusOr<store::Commit>> {
    CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, read));
    store::Commit commit(owner.shard);
    if (head.record.closed()) co_return commit;
    bool changed = false;
    for (Telling& telling : tellings) changed |= Tell(&commit, owner, &head.record, &telling);
    if (changed) PutHead(&commit, owner, head);
    co_return commit;
  };
  co_return co_await store::UpdateRecent(store_, std::move(decide));
}

Task<absl::Status> InboxStore::ApplyOnce(store::Commit commit) {
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome, co_await store_.Apply(std::move(commit)));
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
  co_return absl::AbortedError("the inbox changed at the same moment");
}

Task<absl::Status> InboxStore::Remind(Owner owner, std::string task_id, std::string timer,
                                      Cause cause) {
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  store::Commit commit(owner.shard);
  std::optional<v1::NotificationRecord> reminder = TakeReminder(&head.record, task_id);
  if (reminder && !HasBegun(*reminder, cause.now)) {
    *reminder->mutable_time() = ToTimestamp(cause.now);
    Append(&commit, owner, &head.record, &*reminder, cause);
  }
  if (reminder) {
    PutHead(&commit, owner, head);
  } else {
    ExpectHead(&commit, owner, head);  // one set meanwhile keeps its timer
  }
  commit.ClearTimer(std::move(timer));
  co_return co_await ApplyOnce(std::move(commit));
}

Task<absl::Status> InboxStore::ShowHeld(Owner owner, std::string name, std::string timer,
                                        Cause cause) {
  const std::vector<std::string> fields(1, name);
  // The head is read first: a commit that took the field meanwhile has changed it.
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  CO_ASSIGN_OR_RETURN(const auto kept, co_await store_.GetFields(HeldKey(owner), fields));
  store::Commit commit(owner.shard);
  v1::NotificationRecord record;
  if (kept[0] && !record.ParseFromString(*kept[0])) {
    co_return absl::DataLossError("what waits in " + HeldKey(owner) + " is damaged");
  }
  if (kept[0]) {
    uint64_t tally = 0;
    if (absl::SimpleHexAtoi(name, &tally)) ReleaseFrom(&head.record, tally);
    Append(&commit, owner, &head.record, &record, cause);
    PutHead(&commit, owner, head);
    commit.RemoveField(HeldKey(owner), std::move(name));
  } else {
    ExpectHead(&commit, owner, head);
  }
  commit.ClearTimer(std::move(timer));
  co_return co_await ApplyOnce(std::move(commit));
}

Task<absl::Status> InboxStore::DropOld(Owner owner, std::string timer, Time now) {
  // The head first: what is added after this read makes the commit conflict.
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  v1::InboxRecord& record = head.record;
  const Time old = now - keep_;
  const Range kept{record.dropped() + 1, record.added()};
  const Range urgent{record.dropped_urgent() + 1, record.urgent()};
  CO_ASSIGN_OR_RETURN(const Young young, co_await YoungSince(EntriesKey(owner), kept, old));
  CO_ASSIGN_OR_RETURN(const Young young_urgent, co_await YoungSince(UrgentKey(owner), urgent, old));
  store::Commit commit(owner.shard);
  DropUpTo(&commit, EntriesKey(owner), record.dropped(), young.first - 1);
  DropUpTo(&commit, UrgentKey(owner), record.dropped_urgent(), young_urgent.first - 1);
  record.set_dropped(young.first - 1);
  record.set_dropped_urgent(young_urgent.first - 1);
  record.set_read(std::max(record.read(), record.dropped()));
  // An urgent one that was displaced is older than all that displaced it.
  const Time oldest = std::min(young.came, young_urgent.came);
  if (oldest == Time::max()) {
    commit.ClearTimer(std::move(timer));
    record.clear_ages();
  } else {
    commit.SetTimer(std::move(timer), oldest + keep_);
  }
  PutHead(&commit, owner, head);
  co_return co_await ApplyOnce(std::move(commit));
}

Task<absl::Status> InboxStore::ExpectWatcher(Owner owner, Time now) {
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    store::Commit commit(owner.shard);
    CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
    const Time until(Millis(head.record.watched_until_ms()));
    if (head.record.closed() || until - now >= kWatched / 2) co_return commit;
    head.record.set_watched_until_ms((now + kWatched).time_since_epoch().count());
    PutHead(&commit, owner, head);
    co_return commit;
  };
  co_return co_await store::Update(store_, std::move(decide));
}

Task<absl::Status> InboxStore::Erase(Owner owner) {
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    store::Commit commit(owner.shard);
    CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
    if (head.record.closed()) co_return commit;
    for (const std::string& key : {EntriesKey(owner), UrgentKey(owner), HeldKey(owner)}) {
      commit.Remove(key);
    }
    // Notices of what others do because of the deletion would fill it again. Its number stays, as
    // its watchers have it.
    v1::InboxRecord left;
    left.set_added(head.record.added());
    left.set_read(head.record.added());
    left.set_dropped(head.record.added());
    left.set_urgent(head.record.urgent());
    left.set_dropped_urgent(head.record.urgent());
    left.set_ages(head.record.ages());
    left.set_closed(true);
    head.record = std::move(left);
    PutHead(&commit, owner, head);
    co_return commit;
  };
  co_return co_await store::Update(store_, std::move(decide));
}

Task<absl::StatusOr<v1::InboxRecord>> InboxStore::MarkRead(Owner owner, Cursor cursor,
                                                           store::Commit* commit) {
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  const uint64_t number = std::min(cursor.sequence, head.record.added());
  if (number > head.record.read()) {
    head.record.set_read(number);
    commit->Put(HeadKey(owner), head.version, head.record.SerializeAsString());
  }
  co_return std::move(head.record);
}

int UnreadCount(const v1::InboxRecord& head) {
  return static_cast<int>(std::min(head.added() - head.read(), kKept));
}

}  // namespace baodao::inbox
