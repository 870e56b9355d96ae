#include "services/inbox/store/inbox_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "services/inbox/domain/notice.h"

namespace baodao::inbox {
namespace {

constexpr int kTries = 8;
constexpr int kScanned = 200;  // entries at once, in search of a cause

std::string TimerOf(const Owner& owner, const std::string& task_id) {
  return timers::Member(kRemindTimer, owner.id, task_id);
}

absl::StatusOr<std::vector<Entry>> Parse(std::vector<store::StreamEntry> raw) {
  std::vector<Entry> entries;
  for (const store::StreamEntry& one : raw) {
    Entry& entry = entries.emplace_back();
    const auto cursor = Cursor::Parse(one.id);
    if (!cursor || !entry.record.ParseFromString(one.bytes)) {
      return absl::DataLossError("the inbox entry " + one.id + " cannot be parsed");
    }
    entry.cursor = *cursor;
  }
  return entries;
}

}  // namespace

std::string InboxStore::HeadKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "head", owner.id);
}

std::string InboxStore::StreamKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "stream", owner.id);
}

std::string InboxStore::RemindersKey(const Owner& owner) const {
  return store_.keys().Of(owner.shard, "reminders", owner.id);
}

std::optional<Owner> InboxStore::PersonOwner(const std::string& person_id) const {
  if (!ids::IsValid(person_id, "per")) return std::nullopt;
  return Owner{person_id, store_.keys().ShardOfId(person_id)};
}

Task<absl::StatusOr<InboxStore::LoadedHead>> InboxStore::LoadHead(Owner owner, store::Read read) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(HeadKey(owner), read));
  LoadedHead head;
  head.version = stored.version;
  if (!head.record.ParseFromString(stored.bytes)) {
    co_return absl::DataLossError("the inbox head of " + owner.id + " cannot be parsed");
  }
  co_return head;
}

void InboxStore::Append(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
                        v1::NotificationRecord* record, const Cause& cause) const {
  head->set_added(head->added() + 1);
  record->set_number(head->added());
  commit->Append(StreamKey(owner), record->SerializeAsString(), kKept);
  events::v1::Event event;
  *event.mutable_time() = ToTimestamp(cause.now);
  event.set_actor_id(cause.actor_id);
  event.set_trace_id(cause.trace_id);
  event.mutable_notification_added()->set_owner_id(owner.id);
  event.mutable_notification_added()->set_number(head->added());
  commit->Emit(event.SerializeAsString());
}

store::Commit InboxStore::CommitOf(const Owner& owner, LoadedHead head, Addition* addition,
                                   const Cause& cause, uint64_t name) const {
  store::Commit commit(owner.shard);
  const std::string& subject = addition->record.subject_id();
  if (!addition->record.kind().empty()) {
    addition->record.set_cause(CauseOf(cause.origin, name));
    Append(&commit, owner, &head.record, &addition->record, cause);
  }
  if (addition->forget_reminder) {
    commit.RemoveField(RemindersKey(owner), subject);
    commit.ClearTimer(TimerOf(owner, subject));
  }
  if (addition->remind_at) {
    commit.SetField(RemindersKey(owner), subject, addition->record.SerializeAsString());
    commit.SetTimer(TimerOf(owner, subject), *addition->remind_at);
  }
  // Also where nothing is shown: a reminder under way must notice that it is not wanted any more.
  if (!cause.requeued) NoteTold(&head.record, cause.origin, name);
  commit.Put(HeadKey(owner), head.version, head.record.SerializeAsString());
  return commit;
}

Task<absl::Status> InboxStore::Add(Owner owner, Addition addition, Cause cause) {
  const uint64_t name = NameOf(addition.record.kind(), addition.record.subject_id());
  if (cause.requeued) {
    CO_ASSIGN_OR_RETURN(const bool shown, co_await Shows(owner, CauseOf(cause.origin, name)));
    if (shown) co_return absl::OkStatus();
    addition.remind_at.reset();
  }
  // Mostly this process wrote the head last, and remembers it.
  store::Read read = store::Read::kRecent;
  for (int tries = 0; tries < kTries; ++tries) {
    CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, read));
    if (!cause.requeued && WasTold(head.record, cause.origin, name)) co_return absl::OkStatus();
    store::Commit commit = CommitOf(owner, std::move(head), &addition, cause, name);
    CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome,
                        co_await store_.Apply(std::move(commit)));
    if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
    // What was decided on memory alone cost nothing: read and decide again at once.
    if (std::exchange(read, store::Read::kFresh) == store::Read::kFresh) {
      co_await store_.Backoff(tries);
    }
  }
  co_return absl::AbortedError("the inbox of " + owner.id + " keeps changing");
}

Task<absl::Status> InboxStore::Remind(Owner owner, std::string task_id, std::string timer,
                                      Cause cause) {
  const std::vector<std::string> fields(1, task_id);
  // The head is read first: a commit that took the field meanwhile has changed it.
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  CO_ASSIGN_OR_RETURN(const auto kept, co_await store_.GetFields(RemindersKey(owner), fields));
  store::Commit commit(owner.shard);
  v1::NotificationRecord told;
  if (kept[0] && !told.ParseFromString(*kept[0])) {
    co_return absl::DataLossError("a reminder is damaged");
  }
  if (kept[0] && !HasBegun(told, cause.now)) {
    v1::NotificationRecord reminder = ReminderOf(std::move(told), cause.now);
    Append(&commit, owner, &head.record, &reminder, cause);
    commit.Put(HeadKey(owner), head.version, head.record.SerializeAsString());
  } else {
    commit.Expect(HeadKey(owner), head.version);
  }
  if (kept[0]) commit.RemoveField(RemindersKey(owner), task_id);
  commit.ClearTimer(timer);
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome, co_await store_.Apply(std::move(commit)));
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
  co_return absl::AbortedError("the inbox changed at the same moment");
}

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::After(Owner owner, Cursor after, int limit) {
  CO_ASSIGN_OR_RETURN(auto raw,
                      co_await store_.ReadStream(StreamKey(owner), after.Text(), false, limit));
  co_return Parse(std::move(raw));
}

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::Before(Owner owner,
                                                            std::optional<Cursor> before,
                                                            int limit) {
  const std::string position = before ? before->Text() : "";
  CO_ASSIGN_OR_RETURN(auto raw,
                      co_await store_.ReadStream(StreamKey(owner), position, true, limit));
  co_return Parse(std::move(raw));
}

Task<absl::StatusOr<bool>> InboxStore::Shows(Owner owner, uint64_t cause) {
  std::optional<Cursor> before;
  for (;;) {
    CO_ASSIGN_OR_RETURN(const std::vector<Entry> entries,
                        co_await Before(owner, before, kScanned));
    for (const Entry& entry : entries) {
      if (entry.record.cause() == cause) co_return true;
    }
    if (entries.size() < static_cast<size_t>(kScanned)) co_return false;
    before = entries.back().cursor;
  }
}

Task<absl::StatusOr<v1::InboxRecord>> InboxStore::Head(Owner owner) {
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  co_return std::move(head.record);
}

Task<absl::StatusOr<v1::InboxRecord>> InboxStore::MarkRead(Owner owner, Cursor cursor,
                                                           store::Commit* commit) {
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  CO_ASSIGN_OR_RETURN(const std::vector<Entry> last, co_await Before(owner, cursor.Next(), 1));
  const uint64_t number = last.empty() ? 0 : last[0].record.number();
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
