#include "services/dispatch/domain/states.h"

#include <cassert>

namespace baodao::dispatch {
namespace {

struct TaskRow {
  v1::TaskState from;
  TaskEvent event;
  v1::TaskState to;
};

constexpr TaskRow kTaskTable[] = {
    {v1::TASK_STATE_UNSPECIFIED, TaskEvent::kPublish, v1::TASK_STATE_OPEN},

    {v1::TASK_STATE_OPEN, TaskEvent::kStaff, v1::TASK_STATE_STAFFED},
    {v1::TASK_STATE_OPEN, TaskEvent::kBegin, v1::TASK_STATE_IN_SERVICE},
    {v1::TASK_STATE_OPEN, TaskEvent::kCancel, v1::TASK_STATE_CANCELLED},
    {v1::TASK_STATE_OPEN, TaskEvent::kExpire, v1::TASK_STATE_EXPIRED},
    {v1::TASK_STATE_OPEN, TaskEvent::kEscalate, v1::TASK_STATE_OPEN},

    {v1::TASK_STATE_STAFFED, TaskEvent::kUnstaff, v1::TASK_STATE_OPEN},
    {v1::TASK_STATE_STAFFED, TaskEvent::kBegin, v1::TASK_STATE_IN_SERVICE},
    {v1::TASK_STATE_STAFFED, TaskEvent::kCancel, v1::TASK_STATE_CANCELLED},
    {v1::TASK_STATE_STAFFED, TaskEvent::kExpire, v1::TASK_STATE_EXPIRED},

    {v1::TASK_STATE_IN_SERVICE, TaskEvent::kServe, v1::TASK_STATE_SERVED},

    {v1::TASK_STATE_SERVED, TaskEvent::kEvaluate, v1::TASK_STATE_EVALUATED},
    {v1::TASK_STATE_SERVED, TaskEvent::kClose, v1::TASK_STATE_CLOSED},

    {v1::TASK_STATE_EVALUATED, TaskEvent::kClose, v1::TASK_STATE_CLOSED},

    {v1::TASK_STATE_EXPIRED, TaskEvent::kConfirm, v1::TASK_STATE_SERVED},
};

struct AssignmentRow {
  v1::AssignmentState from;
  AssignmentEvent event;
  v1::AssignmentState to;
};

#define BAODAO_STARTS_ANEW(state)                                          \
  {state, AssignmentEvent::kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},         \
      {state, AssignmentEvent::kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED}, \
      {state, AssignmentEvent::kOffer, v1::ASSIGNMENT_STATE_OFFERED},      \
      {state, AssignmentEvent::kAssign, v1::ASSIGNMENT_STATE_ACCEPTED}, {  \
    state, AssignmentEvent::kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT      \
  }

constexpr AssignmentRow kAssignmentTable[] = {
    BAODAO_STARTS_ANEW(v1::ASSIGNMENT_STATE_UNSPECIFIED),
    BAODAO_STARTS_ANEW(v1::ASSIGNMENT_STATE_DECLINED),
    BAODAO_STARTS_ANEW(v1::ASSIGNMENT_STATE_LAPSED),
    BAODAO_STARTS_ANEW(v1::ASSIGNMENT_STATE_WITHDRAWN),
    BAODAO_STARTS_ANEW(v1::ASSIGNMENT_STATE_RELEASED),

    // Claiming what one was offered accepts it, or waits like everybody else.
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kClaim, v1::ASSIGNMENT_STATE_ACCEPTED},
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kEnqueue, v1::ASSIGNMENT_STATE_WAITLISTED},
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kAccept, v1::ASSIGNMENT_STATE_ACCEPTED},
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kDecline, v1::ASSIGNMENT_STATE_DECLINED},
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kLapse, v1::ASSIGNMENT_STATE_LAPSED},
    {v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kRelease, v1::ASSIGNMENT_STATE_RELEASED},

    {v1::ASSIGNMENT_STATE_WAITLISTED, AssignmentEvent::kPromote, v1::ASSIGNMENT_STATE_OFFERED},
    {v1::ASSIGNMENT_STATE_WAITLISTED, AssignmentEvent::kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
    {v1::ASSIGNMENT_STATE_WAITLISTED, AssignmentEvent::kWithdraw, v1::ASSIGNMENT_STATE_WITHDRAWN},
    {v1::ASSIGNMENT_STATE_WAITLISTED, AssignmentEvent::kRelease, v1::ASSIGNMENT_STATE_RELEASED},

    {v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kWithdraw, v1::ASSIGNMENT_STATE_WITHDRAWN},
    {v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kRelease, v1::ASSIGNMENT_STATE_RELEASED},
    {v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kSignIn, v1::ASSIGNMENT_STATE_SIGNED_IN},
    {v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kMiss, v1::ASSIGNMENT_STATE_NO_SHOW},
    // Came after all: a coordinator puts them on again while the task runs.
    {v1::ASSIGNMENT_STATE_NO_SHOW, AssignmentEvent::kAssign, v1::ASSIGNMENT_STATE_ACCEPTED},
    // Came, though nobody signed them in.
    {v1::ASSIGNMENT_STATE_NO_SHOW, AssignmentEvent::kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},
    {v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kConfirm, v1::ASSIGNMENT_STATE_SIGNED_OUT},

    // Released though on the spot: the task was cancelled before its start.
    {v1::ASSIGNMENT_STATE_SIGNED_IN, AssignmentEvent::kSignOut, v1::ASSIGNMENT_STATE_SIGNED_OUT},
    {v1::ASSIGNMENT_STATE_SIGNED_IN, AssignmentEvent::kRelease, v1::ASSIGNMENT_STATE_RELEASED},

    {v1::ASSIGNMENT_STATE_SIGNED_OUT, AssignmentEvent::kCredit, v1::ASSIGNMENT_STATE_CREDITED},
    {v1::ASSIGNMENT_STATE_SIGNED_OUT, AssignmentEvent::kRelease, v1::ASSIGNMENT_STATE_RELEASED},
};

#undef BAODAO_STARTS_ANEW

// The tables as arrays, so that a look-up is one access; 0 = not possible (no event leads to
// UNSPECIFIED).
template <int kStates, int kEvents, class Rows>
constexpr auto Dense(const Rows& rows) {
  std::array<std::array<unsigned char, kEvents>, kStates> dense{};
  for (const auto& row : rows) {
    dense[static_cast<size_t>(row.from)][static_cast<size_t>(row.event)] =
        static_cast<unsigned char>(row.to);
  }
  return dense;
}

constexpr auto kTaskDense = Dense<v1::TaskState_ARRAYSIZE, kTaskEvents>(kTaskTable);
constexpr auto kAssignmentDense =
    Dense<v1::AssignmentState_ARRAYSIZE, kAssignmentEvents>(kAssignmentTable);

template <class State, class Event, class Table>
std::optional<State> Look(const Table& table, State state, Event event) {
  const auto row = static_cast<size_t>(state);
  if (row >= table.size()) return std::nullopt;
  const auto to = table[row][static_cast<size_t>(event)];
  if (to == 0) return std::nullopt;
  return static_cast<State>(to);
}

// Enum value names are "<PREFIX>_<STATE>" and live as long as the process.
std::string_view WithoutPrefix(std::string_view name, std::string_view prefix) {
  if (name.empty()) return "UNKNOWN";
  name.remove_prefix(prefix.size());
  return name == "UNSPECIFIED" ? "NONE" : name;
}

}  // namespace

std::optional<v1::TaskState> Next(v1::TaskState state, TaskEvent event) {
  return Look(kTaskDense, state, event);
}

std::optional<v1::AssignmentState> Next(v1::AssignmentState state, AssignmentEvent event) {
  return Look(kAssignmentDense, state, event);
}

std::string_view Name(TaskEvent event) {
  static constexpr std::array<std::string_view, kTaskEvents> kNames = {
      "publish", "staff",  "unstaff", "begin",    "serve",  "evaluate",
      "close",   "cancel", "expire",  "escalate", "confirm"};
  return kNames[static_cast<size_t>(event)];
}

std::string_view Name(AssignmentEvent event) {
  static constexpr std::array<std::string_view, kAssignmentEvents> kNames = {
      "claim",    "enqueue", "offer",   "promote",  "accept", "assign", "decline", "lapse",
      "withdraw", "release", "sign_in", "sign_out", "miss",   "credit", "confirm"};
  return kNames[static_cast<size_t>(event)];
}

std::string_view Name(v1::TaskState state) {
  return WithoutPrefix(v1::TaskState_Name(state), "TASK_STATE_");
}

std::string_view Name(v1::AssignmentState state) {
  return WithoutPrefix(v1::AssignmentState_Name(state), "ASSIGNMENT_STATE_");
}

bool IsRecruiting(v1::TaskState state) {
  return state == v1::TASK_STATE_OPEN || state == v1::TASK_STATE_STAFFED;
}

bool IsFinal(v1::TaskState state) {
  return state == v1::TASK_STATE_CLOSED || state == v1::TASK_STATE_CANCELLED ||
         state == v1::TASK_STATE_EXPIRED;
}

bool TakesSlot(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_ACCEPTED || state == v1::ASSIGNMENT_STATE_SIGNED_IN ||
         state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED;
}

bool MayStartAnew(v1::AssignmentState state) {
  return Next(state, AssignmentEvent::kClaim).has_value() && state != v1::ASSIGNMENT_STATE_OFFERED;
}

}  // namespace baodao::dispatch
