#include "services/inbox/store/inbox_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "common/timers/timer_loop.h"

namespace baodao::inbox {
namespace {

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

void InboxStore::Append(store::Commit* commit, const Owner& owner, const LoadedHead& head,
                        v1::NotificationRecord record, const Cause& cause) const {
  v1::InboxRecord after = head.record;
  after.set_added(after.added() + 1);
  record.set_number(after.added());
  commit->Put(HeadKey(owner), head.version, after.SerializeAsString());
  commit->Append(StreamKey(owner), record.SerializeAsString(), kKept);
  events::v1::Event event;
  *event.mutable_time() = ToTimestamp(cause.now);
  event.set_actor_id(cause.actor_id);
  event.set_trace_id(cause.trace_id);
  event.mutable_notification_added()->set_owner_id(owner.id);
  event.mutable_notification_added()->set_number(after.added());
  commit->Emit(event.SerializeAsString());
}

Task<absl::Status> InboxStore::Add(Owner owner, Addition addition, Cause cause) {
  using HeadDecision = store::Decision<v1::InboxRecord>;
  const std::string& subject = addition.record.subject_id();
  const std::string timer = timers::Member(kRemindTimer, owner.id, subject);
  std::function<Task<absl::StatusOr<HeadDecision>>(store::Read)> decide =
      [&](store::Read read) -> Task<absl::StatusOr<HeadDecision>> {
    store::Commit commit(owner.shard);
    if (!addition.record.kind().empty()) {
      CO_ASSIGN_OR_RETURN(const LoadedHead head, co_await LoadHead(owner, read));
      Append(&commit, owner, head, addition.record, cause);
    }
    if (addition.forget_reminder) {
      commit.RemoveField(RemindersKey(owner), subject);
      commit.ClearTimer(timer);
    }
    if (addition.remind_at) {
      commit.SetField(RemindersKey(owner), subject, addition.reminder.SerializeAsString());
      commit.SetTimer(timer, *addition.remind_at);
    }
    co_return HeadDecision{std::move(commit), {}};
  };
  const store::RequestKey key{owner.id, cause.event, 0};
  const auto done =
      co_await store::MutateRecent<v1::InboxRecord>(store_, key, owner.shard, owner.shard, decide);
  co_return done.status();
}

Task<absl::Status> InboxStore::Remind(Owner owner, std::string task_id, std::string timer,
                                      Cause cause) {
  const std::vector<std::string> fields(1, task_id);
  // The head is read first: a commit that took the field meanwhile has changed it.
  CO_ASSIGN_OR_RETURN(const LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  CO_ASSIGN_OR_RETURN(const auto kept, co_await store_.GetFields(RemindersKey(owner), fields));
  store::Commit commit(owner.shard);
  if (kept[0]) {
    v1::NotificationRecord reminder;
    if (!reminder.ParseFromString(*kept[0])) co_return absl::DataLossError("a reminder is damaged");
    *reminder.mutable_time() = ToTimestamp(cause.now);
    Append(&commit, owner, head, std::move(reminder), cause);
    commit.RemoveField(RemindersKey(owner), task_id);
  }
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
