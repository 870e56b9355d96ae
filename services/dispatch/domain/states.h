// The two state machines of dispatch as tables. Everything that changes a state asks here.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"

namespace baodao::dispatch {

// UNSPECIFIED stands for "no such task yet" and "never was on the task".

enum class TaskEvent {
  kPublish,
  kStaff,    // slots_min people have accepted
  kUnstaff,  // fewer than slots_min are left
  kBegin,    // the first sign-in
  kServe,    // the last sign-out
  kEvaluate,
  kClose,
  kCancel,
  kExpire,    // its time passed without service
  kEscalate,  // too few people by its SLA
  kConfirm,   // service of an expired one was confirmed after the fact
};
inline constexpr int kTaskEvents = 11;

enum class AssignmentEvent {
  kClaim,
  kEnqueue,  // a claim that finds every slot taken
  kOffer,
  kPromote,  // an offer with a held slot to the first of the waitlist
  kAccept,
  kAssign,
  kDecline,
  kLapse,
  kWithdraw,
  kRelease,  // "enough people", or the task ended
  kSignIn,
  kSignOut,
  kMiss,  // did not come
  kCredit,
  kConfirm,  // served, as others say after the fact
};
inline constexpr int kAssignmentEvents = 15;

// The state after `event`, nullopt where it is not possible.
std::optional<v1::TaskState> Next(v1::TaskState state, TaskEvent event);
std::optional<v1::AssignmentState> Next(v1::AssignmentState state, AssignmentEvent event);

// "claim", "sign_in": for metrics and logs.
std::string_view Name(TaskEvent event);
std::string_view Name(AssignmentEvent event);
// The state without its prefix: "STAFFED", "SIGNED_IN"; "NONE" for UNSPECIFIED.
std::string_view Name(v1::TaskState state);
std::string_view Name(v1::AssignmentState state);

// OPEN or STAFFED: people may join (while slots are free and it has not started).
bool IsRecruiting(v1::TaskState state);
// CLOSED, CANCELLED, EXPIRED: nothing changes any more by itself but credits. Service confirmed
// after the fact leads an EXPIRED one back.
bool IsFinal(v1::TaskState state);
// Takes one of the task's slots: ACCEPTED, SIGNED_IN, SIGNED_OUT, CREDITED.
bool TakesSlot(v1::AssignmentState state);
// Blocks the person's calendar: those of TakesSlot. A held slot does not.
inline bool BlocksCalendar(v1::AssignmentState state) { return TakesSlot(state); }
// Had no assignment, or one that ended so that a new one may start.
bool MayStartAnew(v1::AssignmentState state);

}  // namespace baodao::dispatch
