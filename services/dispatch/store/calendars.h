// People's calendars: reserving time for a task before it is claimed, and giving it back. How this
// keeps promise 2 over two shards: ops/decisions/0003-claim-across-two-shards.md.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/record/type.h"
#include "common/store/store.h"
#include "services/dispatch/domain/calendar.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {

struct Reservation {
  std::string person_id;
  std::string task_id;
  uint64_t token = 0;
  // The claim that stands on it must be written before.
  Time valid_until;
};

// Loop thread only.
class Calendars {
 public:
  // 64 random bits.
  using Random = std::function<uint64_t()>;

  // All outlive it.
  Calendars(store::Store& store, Tasks& tasks, Clock& clock, work::Limits limits, Random random)
      : store_(store), tasks_(tasks), clock_(clock), limits_(limits), random_(std::move(random)) {}

  // Reserves the person's time. Refusals: OVERLAPPING_TASK, DAILY_HOURS_EXCEEDED, REST_TOO_SHORT,
  // CONFLICT_RETRY, and REQUEST_ID_REUSED when `mark` is known with another payload. After
  // UNAVAILABLE it may have happened: the reservation then lapses by itself.
  Task<absl::StatusOr<Reservation>> Reserve(std::string person_id, Work work,
                                            std::optional<store::RequestKey> mark);
  // The same for work that has happened: only another place at the same time refuses it
  // (OVERLAPPING_TASK).
  Task<absl::StatusOr<Reservation>> Enter(std::string person_id, Work work);
  // Gives the time back. Where that fails the entry is found stale by whoever meets it later.
  Task<void> Release(std::string person_id, std::string task_id, uint64_t token);
  // The same for everybody whom a change of the task has let go; several at a time.
  Task<void> ReleaseAll(std::string task_id, std::vector<CalendarRelease> released);
  // OK, or why the person's time does not allow it now. Reserves nothing.
  Task<absl::Status> Check(std::string person_id, Work work);
  // The same with every reason why not; see dispatch::Conflicts.
  Task<absl::StatusOr<std::vector<absl::Status>>> ListConflicts(std::string person_id, Work work);
  // The same for somebody who can be asked again later.
  enum class Room {
    kYes,
    kNo,
    kUnclear,  // only a reservation stands in the way whose claim may still be refused
  };
  Task<absl::StatusOr<Room>> RoomFor(std::string person_id, Work work);
  // The entries as stored; stale ones included.
  Task<absl::StatusOr<v1::CalendarRecord>> Read(std::string person_id);

 private:
  using Held = record::Versioned<v1::CalendarRecord>;
  // Checks a calendar before an entry is added.
  using Rule = std::function<absl::Status(const v1::CalendarRecord&, const Work&)>;
  Rule AllLimits() const;
  Task<absl::StatusOr<Reservation>> ReserveBy(Rule rule, std::string person_id, Work work,
                                              std::optional<store::RequestKey> mark);
  Task<absl::StatusOr<Held>> Load(std::string person_id, store::Read read);
  // Applies the rule. If it would refuse, old entries that their tasks know nothing of are dropped
  // from `record` first. UNAVAILABLE when a task could not be asked.
  Task<absl::Status> CheckAndRepair(Rule rule, std::string person_id, Work work,
                                    v1::CalendarRecord& record);
  Task<absl::StatusOr<bool>> IsLive(std::string person_id, const v1::CalendarRecord::Entry& entry);

  store::Store& store_;
  Tasks& tasks_;
  Clock& clock_;
  work::Limits limits_;
  Random random_;
};

}  // namespace baodao::dispatch
