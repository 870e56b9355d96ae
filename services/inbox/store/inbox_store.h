// Inboxes: numbered notifications with a head each. The only code that knows how they are kept;
// their keys stand in keys.h.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/inbox/v1/records.pb.h"
#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/record/type.h"
#include "common/store/store.h"
#include "services/inbox/domain/cursor.h"
#include "services/inbox/domain/told.h"

namespace baodao::inbox {

// Notifications kept for one owner: older ones are dropped as new ones come.
inline constexpr uint64_t kKept = 1'000;
// How long additions wake watchers after one was expected.
inline constexpr Millis kWatched = std::chrono::minutes(30);

inline constexpr std::string_view kRemindTimer = "remind";
inline constexpr std::string_view kHeldTimer = "held";
inline constexpr std::string_view kAgeTimer = "age";
inline constexpr std::string_view kPushTimer = "push";

struct Owner {
  std::string id;  // a person or an area
  int shard = 0;
};

// The event a notification comes from: telling it again does nothing.
struct Cause {
  EventRef event;
  bool requeued = false;  // see events::Delivery
  std::string actor_id;   // for the event that wakes watchers
  std::string trace_id;
  Time now;
};

struct Entry {
  Cursor cursor;
  v1::NotificationRecord record;
};

// Some entries, and the head as it was before they were read: one of them that is missing has been
// dropped in between.
struct Excerpt {
  v1::InboxRecord head;
  std::vector<Entry> entries;
};

// The head of an inbox as it was read.
using LoadedHead = record::Versioned<v1::InboxRecord>;

struct Addition {
  // Without number. Without kind nothing is added and only the reminder changes.
  v1::NotificationRecord record;
  std::string thing;  // see Notice
  // A reminder of what the record says to be set; a fresh one of its subject replaces an older one.
  std::optional<Time> remind_at;
  bool forget_reminder = false;
  std::vector<std::string_view> ends;  // see Notice
};

// An addition and the event that tells it.
struct Telling {
  Addition addition;
  Cause cause;
};

// Loop thread only.
class InboxStore {
 public:
  // Notifications are dropped `keep` after they came.
  InboxStore(store::Store& store, Millis keep) : store_(store), keep_(keep) {}

  store::Store& store() { return store_; }
  // The shard in a person's id; nothing when it is no id of a person.
  std::optional<Owner> PersonOwner(const std::string& person_id) const;

  // Those of one stream of events in their order. One commit, or none where nothing changes. OK
  // also when it was done before: of a requeued event that is found in what the inbox still shows;
  // it sets no reminder and ends nothing, because it may have been overtaken.
  Task<absl::Status> Add(Owner owner, std::vector<Telling> tellings);
  // Adds the reminder that is due, if it is still wanted and its task has not begun, and clears its
  // timer.
  Task<absl::Status> Remind(Owner owner, std::string task_id, std::string timer, Cause cause);
  // Adds what is held back under `name`, and clears its timer.
  Task<absl::Status> ShowHeld(Owner owner, std::string name, std::string timer, Cause cause);

  // Drops old notifications, which count as read, and sets or clears the timer that fired for them.
  Task<absl::Status> DropOld(Owner owner, std::string timer, Time now);

  // Drops everything, read or not, with what waits to be told, and adds nothing from then on: the
  // person is there no more.
  Task<absl::Status> Erase(Owner owner);

  // Strictly after `after`, oldest first.
  Task<absl::StatusOr<Excerpt>> After(Owner owner, Cursor after, int limit);
  // Strictly before `before` (nothing: from the newest), newest first.
  Task<absl::StatusOr<Excerpt>> Before(Owner owner, std::optional<Cursor> before, int limit);
  // The urgent ones among those displaced from the above, newest first. Strictly before
  // `before`: the last that the above or an earlier answer showed. `head` as it was read before.
  Task<absl::StatusOr<std::vector<Entry>>> Displaced(Owner owner, v1::InboxRecord head,
                                                     std::optional<Cursor> before, int limit);

  // From now on, for at least half of kWatched, what is added wakes watchers by an event. Writes at
  // most once in that time.
  Task<absl::Status> ExpectWatcher(Owner owner, Time now);

  Task<absl::StatusOr<v1::InboxRecord>> Head(Owner owner);
  // Puts down that everything up to `cursor` is read, in `commit`; the head as it will be. Never
  // goes back.
  Task<absl::StatusOr<v1::InboxRecord>> MarkRead(Owner owner, Cursor cursor, store::Commit* commit);

  // Those of `head` with a greater number that are still kept, oldest first.
  Task<absl::StatusOr<std::vector<v1::NotificationRecord>>> Since(Owner owner, v1::InboxRecord head,
                                                                  uint64_t number);
  Task<absl::StatusOr<LoadedHead>> LoadHead(Owner owner, store::Read read);
  // In a commit of theirs: the head is as it was read, or becomes what it is here.
  void ExpectHead(store::Commit* commit, const Owner& owner, const LoadedHead& head) const;
  void PutHead(store::Commit* commit, const Owner& owner, const LoadedHead& head) const;

 private:
  // Positions in a hash of notifications, first and last.
  struct Range {
    uint64_t first = 1;
    uint64_t last = 0;
  };
  // The part that stays when the old leaves: from which position on, and when the first of it came.
  struct Young {
    uint64_t first = 1;
    Time came = Time::max();
  };

  std::string HeadKey(const Owner& owner) const;
  std::string EntriesKey(const Owner& owner) const;
  std::string UrgentKey(const Owner& owner) const;
  std::string HeldKey(const Owner& owner) const;
  // The entries at these positions, in their order; nothing for one that has been dropped.
  Task<absl::StatusOr<std::vector<std::optional<v1::NotificationRecord>>>> Read(std::string key,
                                                                                Range range);
  // The same as entries, without gaps.
  Task<absl::StatusOr<std::vector<Entry>>> ReadEntries(std::string key, Range range);
  // From the first notification on that came at `time` or later; from after the range where there
  // is none.
  Task<absl::StatusOr<Young>> YoungSince(std::string key, Range range, Time time);
  // Whether some entry still kept has this cause.
  Task<absl::StatusOr<bool>> Shows(Owner owner, uint64_t cause);
  // Those of a requeued event that the inbox does not show; they may have been overtaken.
  Task<absl::StatusOr<std::vector<Telling>>> NotShown(Owner owner, std::vector<Telling> tellings);
  // ABORTED where the inbox has changed since it was read.
  Task<absl::Status> ApplyOnce(store::Commit commit);
  // Entry and wake-up, numbered by the head, which is still to be put.
  void Append(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
              v1::NotificationRecord* record, const Cause& cause) const;
  // Drops what is held back of the family about the thing.
  void TakeBack(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
                std::string_view family, std::string_view thing) const;
  // Adds the notification, or holds it back.
  void Place(store::Commit* commit, const Owner& owner, v1::InboxRecord* head, Addition* addition,
             const Cause& cause) const;
  // Whether the head, which is still to be put, changes by it.
  bool Tell(store::Commit* commit, const Owner& owner, v1::InboxRecord* head,
            Telling* telling) const;

  store::Store& store_;
  Millis keep_;
};

// Notifications not read and still kept.
int UnreadCount(const v1::InboxRecord& head);

}  // namespace baodao::inbox
