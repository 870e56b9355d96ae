// Taking a slot: by claiming, by accepting an offer, by being assigned, by being named by a unit
// that has claimed it. The same rules for all.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/dispatch/domain/calendar.h"
#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/eligibility.h"

namespace baodao::dispatch {

enum class TakeKind { kClaim, kAccept, kAssign, kName };

struct TakeCommand {
  TakeKind kind = TakeKind::kClaim;
  std::string person_id;
  // Never null; both outlive the decision.
  const registration::v1::Profile* profile = nullptr;
  const Relations* relations = nullptr;
  // Claims: be refused with TASK_FULL rather than wait.
  bool no_waitlist = false;
  // kName: the unit that holds the slot. CheckNaming is asked first.
  std::string unit_id;
};

enum class TakeOutlook {
  kTakes,  // gets a slot, provided the person's time is free
  kWaits,  // gets a place on the waitlist
};

struct Prospect {
  // Where nothing refuses the command.
  TakeOutlook outlook = TakeOutlook::kTakes;
  // The person could be on the task and would not only wait: their time is to be asked as well.
  bool asks_time = false;
  // Everything that refuses it, the person's time aside.
  std::vector<absl::Status> refusals;
};

// The outcome that the command would have now. Refusals: TASK_NOT_OPEN, TASK_STARTED,
// ALREADY_ASSIGNED, NO_OFFER, OFFER_LAPSED, those of UnmetConditions, TASK_FULL, WAITLIST_FULL; of
// an assignment TASK_OVER; of a claim, and of a naming, LEFT_TOO_OFTEN.
//
// A slot that came free while others wait is theirs: a claim takes one only when more are free than
// people wait.
// A NO_SHOW who came after all can be assigned again while the task runs.
// `mine` is the person's assignment, null where there is none.
Prospect ProspectOf(const v1::Task& task, const v1::AssignmentRecord* mine,
                    const TakeCommand& command, Time now);
// The outlook, or the first of the refusals.
absl::StatusOr<TakeOutlook> Foresee(const v1::Task& task, const v1::AssignmentRecord* mine,
                                    const TakeCommand& command, Time now);
inline absl::StatusOr<TakeOutlook> Foresee(const Aggregate& aggregate, const TakeCommand& command,
                                           Time now) {
  return Foresee(aggregate.task(), aggregate.Find(command.person_id), command, now);
}

// OK, or LEFT_TOO_OFTEN where the person has left the task and may not claim it again yet.
absl::Status MayReturn(const v1::AssignmentRecord& record, Time now);

// Puts the person on the task; `reservation` is the token under which their time is reserved. Lets
// go of whoever has asked for it first, or proposed the person.
// Foresee must have answered kTakes for this aggregate.
Effects Take(Aggregate& aggregate, const TakeCommand& command, uint64_t reservation, Time now);
// Puts the person on the waitlist, behind everybody there. Foresee must have answered kWaits.
Effects Enqueue(Aggregate& aggregate, const TakeCommand& command, Time now);

// OK, TASK_NOT_OPEN or TASK_STARTED: whether people may join at all: until the start, or while
// somebody is sought for those who have not come.
absl::Status CheckRecruiting(const v1::Task& task, Time now);
// The time that the task takes of a person.
Work WorkOf(const v1::Task& task);

}  // namespace baodao::dispatch
