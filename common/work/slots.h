// How many slots of a task are to be had, and until when: the one answer for every service, by the
// task itself or by the part of it that events carry.
#pragma once

#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/events/v1/events.pb.h"
#include "common/clock/clock.h"
#include "common/clock/timestamp.h"
#include "common/enrollment/seats.h"

namespace baodao::work {

// Neither taken nor held; those of people who have asked to be let go are to be had. `Task` is a
// dispatch::v1::Task or an events::v1::TaskBrief.
template <class Task>
int FreeSlots(const Task& task) {
  enrollment::Seats seats;
  seats.capacity = task.slots_max();
  seats.taken = task.accepted_count();
  seats.held = task.held_count();
  seats.leaving = task.leaving_count();
  return seats.Free();
}

// OPEN or STAFFED; or IN_SERVICE where the slots of people who have not come are offered on.
template <class Task>
bool TakesPeople(const Task& task) {
  return task.state() == dispatch::v1::TASK_STATE_OPEN ||
         task.state() == dispatch::v1::TASK_STATE_STAFFED ||
         (task.state() == dispatch::v1::TASK_STATE_IN_SERVICE && task.has_repair_until());
}

// People join before this time: its start, or the time until which it is repaired.
inline Time JoinUntil(const dispatch::v1::Task& task) {
  return ToTime(task.has_repair_until() ? task.repair_until() : task.window().start());
}
inline Time JoinUntil(const events::v1::TaskBrief& task) {
  return ToTime(task.has_repair_until() ? task.repair_until() : task.start_time());
}

}  // namespace baodao::work
