// The state machines of dispatch as tables. Everything that changes a state asks here.
#pragma once

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "common/record/machine.h"

namespace baodao::dispatch {

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
  kEscalate,  // too few people by its SLA, or after some have not come
  kConfirm,   // service of an expired one was confirmed after the fact
};

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
  kProve,    // was there in time, as a code shows that came in late
};

// The events of somebody at work who is to be heard from.
enum class CheckInEvent { kHear, kDue, kMiss };

// The events of a request to credit service after the fact.
enum class CreditEvent { kRequest, kApprove, kReject, kCancel, kLapse };

// UNSPECIFIED stands for "no such task yet" and "never was on the task".
inline constexpr record::Machine<v1::TaskState, TaskEvent> kTaskMachine = [] {
  using enum TaskEvent;
  return record::Machine<v1::TaskState, TaskEvent>(
      v1::TASK_STATE_UNSPECIFIED,
      {
          {v1::TASK_STATE_UNSPECIFIED, kPublish, v1::TASK_STATE_OPEN},

          {v1::TASK_STATE_OPEN, kStaff, v1::TASK_STATE_STAFFED},
          {v1::TASK_STATE_OPEN, kBegin, v1::TASK_STATE_IN_SERVICE},
          {v1::TASK_STATE_OPEN, kCancel, v1::TASK_STATE_CANCELLED},
          {v1::TASK_STATE_OPEN, kExpire, v1::TASK_STATE_EXPIRED},
          {v1::TASK_STATE_OPEN, kEscalate, v1::TASK_STATE_OPEN},

          {v1::TASK_STATE_STAFFED, kUnstaff, v1::TASK_STATE_OPEN},
          {v1::TASK_STATE_STAFFED, kBegin, v1::TASK_STATE_IN_SERVICE},
          {v1::TASK_STATE_STAFFED, kCancel, v1::TASK_STATE_CANCELLED},
          {v1::TASK_STATE_STAFFED, kExpire, v1::TASK_STATE_EXPIRED},

          {v1::TASK_STATE_IN_SERVICE, kServe, v1::TASK_STATE_SERVED},
          {v1::TASK_STATE_IN_SERVICE, kEscalate, v1::TASK_STATE_IN_SERVICE},

          {v1::TASK_STATE_SERVED, kEvaluate, v1::TASK_STATE_EVALUATED},
          {v1::TASK_STATE_SERVED, kClose, v1::TASK_STATE_CLOSED},

          {v1::TASK_STATE_EVALUATED, kClose, v1::TASK_STATE_CLOSED},

          {v1::TASK_STATE_EXPIRED, kConfirm, v1::TASK_STATE_SERVED},
      });
}();

inline constexpr record::Machine<v1::AssignmentState, AssignmentEvent> kAssignmentMachine = [] {
  using enum AssignmentEvent;
  return record::Machine<v1::AssignmentState, AssignmentEvent>(
      v1::ASSIGNMENT_STATE_UNSPECIFIED,
      {
          // A person who never was on it, or whose time on it ended before it began, may start
          // anew.
          {v1::ASSIGNMENT_STATE_UNSPECIFIED, kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_UNSPECIFIED, kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
          {v1::ASSIGNMENT_STATE_UNSPECIFIED, kOffer, v1::ASSIGNMENT_STATE_OFFERED},
          {v1::ASSIGNMENT_STATE_UNSPECIFIED, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_UNSPECIFIED, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          {v1::ASSIGNMENT_STATE_DECLINED, kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_DECLINED, kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
          {v1::ASSIGNMENT_STATE_DECLINED, kOffer, v1::ASSIGNMENT_STATE_OFFERED},
          {v1::ASSIGNMENT_STATE_DECLINED, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_DECLINED, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          {v1::ASSIGNMENT_STATE_LAPSED, kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_LAPSED, kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
          {v1::ASSIGNMENT_STATE_LAPSED, kOffer, v1::ASSIGNMENT_STATE_OFFERED},
          {v1::ASSIGNMENT_STATE_LAPSED, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_LAPSED, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          {v1::ASSIGNMENT_STATE_WITHDRAWN, kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_WITHDRAWN, kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
          {v1::ASSIGNMENT_STATE_WITHDRAWN, kOffer, v1::ASSIGNMENT_STATE_OFFERED},
          {v1::ASSIGNMENT_STATE_WITHDRAWN, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_WITHDRAWN, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          {v1::ASSIGNMENT_STATE_RELEASED, kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_RELEASED, kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
          {v1::ASSIGNMENT_STATE_RELEASED, kOffer, v1::ASSIGNMENT_STATE_OFFERED},
          {v1::ASSIGNMENT_STATE_RELEASED, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_RELEASED, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},

          // Claiming what one was offered accepts it, or waits like everybody else.
          {v1::ASSIGNMENT_STATE_OFFERED, kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_OFFERED, kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
          {v1::ASSIGNMENT_STATE_OFFERED, kAccept, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_OFFERED, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_OFFERED, kDecline, v1::ASSIGNMENT_STATE_DECLINED},
          {v1::ASSIGNMENT_STATE_OFFERED, kLapse, v1::ASSIGNMENT_STATE_LAPSED},
          {v1::ASSIGNMENT_STATE_OFFERED, kRelease, v1::ASSIGNMENT_STATE_RELEASED},

          {v1::ASSIGNMENT_STATE_WAITLISTED, kPromote, v1::ASSIGNMENT_STATE_OFFERED},
          {v1::ASSIGNMENT_STATE_WAITLISTED, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          {v1::ASSIGNMENT_STATE_WAITLISTED, kWithdraw, v1::ASSIGNMENT_STATE_WITHDRAWN},
          {v1::ASSIGNMENT_STATE_WAITLISTED, kRelease, v1::ASSIGNMENT_STATE_RELEASED},

          {v1::ASSIGNMENT_STATE_ACCEPTED, kWithdraw, v1::ASSIGNMENT_STATE_WITHDRAWN},
          {v1::ASSIGNMENT_STATE_ACCEPTED, kRelease, v1::ASSIGNMENT_STATE_RELEASED},
          {v1::ASSIGNMENT_STATE_ACCEPTED, kSignIn, v1::ASSIGNMENT_STATE_SIGNED_IN},
          {v1::ASSIGNMENT_STATE_ACCEPTED, kMiss, v1::ASSIGNMENT_STATE_NO_SHOW},
          // Came after all: a coordinator puts them on again while the task runs.
          {v1::ASSIGNMENT_STATE_NO_SHOW, kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
          // Came, though nobody signed them in.
          {v1::ASSIGNMENT_STATE_NO_SHOW, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          {v1::ASSIGNMENT_STATE_ACCEPTED, kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          // Came, where their phone had no network.
          {v1::ASSIGNMENT_STATE_NO_SHOW, kProve, v1::ASSIGNMENT_STATE_SIGNED_IN},

          // Released though on the spot: the task was cancelled before its start.
          {v1::ASSIGNMENT_STATE_SIGNED_IN, kSignOut, v1::ASSIGNMENT_STATE_SIGNED_OUT},
          {v1::ASSIGNMENT_STATE_SIGNED_IN, kRelease, v1::ASSIGNMENT_STATE_RELEASED},

          {v1::ASSIGNMENT_STATE_SIGNED_OUT, kCredit, v1::ASSIGNMENT_STATE_CREDITED},
          {v1::ASSIGNMENT_STATE_SIGNED_OUT, kRelease, v1::ASSIGNMENT_STATE_RELEASED},
      });
}();

inline constexpr record::Machine<v1::CreditRequestState, CreditEvent> kCreditRequestMachine = [] {
  using enum CreditEvent;
  return record::Machine<v1::CreditRequestState, CreditEvent>(
      v1::CREDIT_REQUEST_STATE_UNSPECIFIED,
      {
          {v1::CREDIT_REQUEST_STATE_UNSPECIFIED, kRequest, v1::CREDIT_REQUEST_STATE_PENDING},
          {v1::CREDIT_REQUEST_STATE_PENDING, kApprove, v1::CREDIT_REQUEST_STATE_APPROVED},
          {v1::CREDIT_REQUEST_STATE_PENDING, kReject, v1::CREDIT_REQUEST_STATE_REJECTED},
          {v1::CREDIT_REQUEST_STATE_PENDING, kCancel, v1::CREDIT_REQUEST_STATE_CANCELLED},
          {v1::CREDIT_REQUEST_STATE_PENDING, kLapse, v1::CREDIT_REQUEST_STATE_LAPSED},
          // Nobody has said no yet.
          {v1::CREDIT_REQUEST_STATE_CANCELLED, kRequest, v1::CREDIT_REQUEST_STATE_PENDING},
          {v1::CREDIT_REQUEST_STATE_LAPSED, kRequest, v1::CREDIT_REQUEST_STATE_PENDING},
      });
}();

// UNSPECIFIED: nobody waits to hear from them.
inline constexpr record::Machine<v1::CheckInState, CheckInEvent> kCheckInMachine = [] {
  using enum CheckInEvent;
  return record::Machine<v1::CheckInState, CheckInEvent>(
      v1::CHECK_IN_STATE_UNSPECIFIED,
      {
          {v1::CHECK_IN_STATE_UNSPECIFIED, kHear, v1::CHECK_IN_STATE_ON_TIME},
          {v1::CHECK_IN_STATE_ON_TIME, kHear, v1::CHECK_IN_STATE_ON_TIME},
          {v1::CHECK_IN_STATE_ON_TIME, kDue, v1::CHECK_IN_STATE_DUE},
          {v1::CHECK_IN_STATE_DUE, kHear, v1::CHECK_IN_STATE_ON_TIME},
          {v1::CHECK_IN_STATE_DUE, kMiss, v1::CHECK_IN_STATE_MISSED},
          {v1::CHECK_IN_STATE_MISSED, kMiss, v1::CHECK_IN_STATE_MISSED},
          {v1::CHECK_IN_STATE_MISSED, kHear, v1::CHECK_IN_STATE_ON_TIME},
      });
}();

// OPEN or STAFFED: people may join (while slots are free and it has not started).
bool IsRecruiting(v1::TaskState state);
// OPEN, STAFFED or IN_SERVICE: people come, or are there.
bool IsUnderWay(v1::TaskState state);
// CLOSED, CANCELLED, EXPIRED: nothing changes any more by itself but credits. Service confirmed
// after the fact leads an EXPIRED one back.
bool IsFinal(v1::TaskState state);
// Takes one of the task's slots: ACCEPTED, SIGNED_IN, SIGNED_OUT, CREDITED.
bool TakesSlot(v1::AssignmentState state);
// Blocks the person's calendar: those of TakesSlot. A held slot does not.
inline bool BlocksCalendar(v1::AssignmentState state) { return TakesSlot(state); }
// May lead the others of a task: ACCEPTED or SIGNED_IN.
bool MayLead(v1::AssignmentState state);
// Had no assignment, or one that ended so that a new one may start.
bool MayStartAnew(v1::AssignmentState state);

}  // namespace baodao::dispatch
