// A task and its assignments as the rules of seats see them (common/enrollment): only numbers, made
// when asked for. A task keeps its people in records of their own and its counts in itself.
#pragma once

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "common/enrollment/seats.h"
#include "common/work/slots.h"

namespace baodao::dispatch {

inline enrollment::Seats SeatsOf(const v1::Task& task) {
  return {task.slots_max(),  task.slots_min(),      task.waitlist_max(), task.accepted_count(),
          task.held_count(), task.waitlist_count(), task.leaving_count()};
}
using work::FreeSlots;
// Writes what people have changed; limits stay.
void SetCounts(const enrollment::Seats& seats, v1::Task& task);

// The standing of somebody in this state: IN for those of TakesSlot; UNSPECIFIED also for one who
// was and is no more.
enrollment::v1::Standing StandingOf(v1::AssignmentState state);
enrollment::Place PlaceOf(const v1::Assignment& assignment);

}  // namespace baodao::dispatch
