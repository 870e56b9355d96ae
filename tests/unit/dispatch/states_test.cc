// Every pair of state and event against the state machines in the protos, written down once more.
#include "services/dispatch/domain/states.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/testing/machine.h"

namespace baodao::dispatch {
namespace {

using TaskPairs = std::map<std::pair<std::string, std::string>, std::string>;

const TaskPairs kTaskPairs = {
    {{"NONE", "publish"}, "OPEN"},        {{"OPEN", "staff"}, "STAFFED"},
    {{"OPEN", "begin"}, "IN_SERVICE"},    {{"OPEN", "cancel"}, "CANCELLED"},
    {{"OPEN", "expire"}, "EXPIRED"},      {{"OPEN", "escalate"}, "OPEN"},
    {{"STAFFED", "unstaff"}, "OPEN"},     {{"STAFFED", "begin"}, "IN_SERVICE"},
    {{"STAFFED", "cancel"}, "CANCELLED"}, {{"STAFFED", "expire"}, "EXPIRED"},
    {{"IN_SERVICE", "serve"}, "SERVED"},  {{"SERVED", "evaluate"}, "EVALUATED"},
    {{"SERVED", "close"}, "CLOSED"},      {{"EVALUATED", "close"}, "CLOSED"},
    {{"EXPIRED", "confirm"}, "SERVED"},   {{"IN_SERVICE", "escalate"}, "IN_SERVICE"},
};

TaskPairs AssignmentPairs() {
  TaskPairs pairs = {
      {{"OFFERED", "claim"}, "ACCEPTED"},      {{"OFFERED", "enqueue"}, "WAITLISTED"},
      {{"OFFERED", "accept"}, "ACCEPTED"},     {{"OFFERED", "assign"}, "ACCEPTED"},
      {{"OFFERED", "decline"}, "DECLINED"},    {{"OFFERED", "lapse"}, "LAPSED"},
      {{"OFFERED", "release"}, "RELEASED"},    {{"WAITLISTED", "promote"}, "OFFERED"},
      {{"WAITLISTED", "assign"}, "ACCEPTED"},  {{"WAITLISTED", "withdraw"}, "WITHDRAWN"},
      {{"WAITLISTED", "release"}, "RELEASED"}, {{"ACCEPTED", "withdraw"}, "WITHDRAWN"},
      {{"ACCEPTED", "release"}, "RELEASED"},   {{"ACCEPTED", "sign_in"}, "SIGNED_IN"},
      {{"ACCEPTED", "miss"}, "NO_SHOW"},       {{"SIGNED_IN", "sign_out"}, "SIGNED_OUT"},
      {{"SIGNED_OUT", "credit"}, "CREDITED"},  {{"SIGNED_IN", "release"}, "RELEASED"},
      {{"SIGNED_OUT", "release"}, "RELEASED"}, {{"NO_SHOW", "assign"}, "ACCEPTED"},
      {{"NO_SHOW", "confirm"}, "SIGNED_OUT"},  {{"ACCEPTED", "confirm"}, "SIGNED_OUT"},
      {{"NO_SHOW", "prove"}, "SIGNED_IN"},
  };
  // A person who never was on it, or whose time on it ended before it began, may start anew.
  for (const char* state : {"NONE", "DECLINED", "LAPSED", "WITHDRAWN", "RELEASED"}) {
    pairs[{state, "claim"}] = "ACCEPTED";
    pairs[{state, "enqueue"}] = "WAITLISTED";
    pairs[{state, "offer"}] = "OFFERED";
    pairs[{state, "assign"}] = "ACCEPTED";
    pairs[{state, "confirm"}] = "SIGNED_OUT";
  }
  return pairs;
}

constexpr const char* kTaskEventNames[] = {"publish", "staff",    "unstaff", "begin",
                                           "serve",   "evaluate", "close",   "cancel",
                                           "expire",  "escalate", "confirm"};
constexpr const char* kAssignmentEventNames[] = {
    "claim",    "enqueue", "offer",   "promote",  "accept", "assign", "decline", "lapse",
    "withdraw", "release", "sign_in", "sign_out", "miss",   "credit", "confirm", "prove"};

// The same pairs as states and events.
template <class State, class Event>
std::map<std::pair<State, Event>, State> Parsed(const TaskPairs& pairs,
                                                std::span<const char* const> events) {
  const auto* states = google::protobuf::GetEnumDescriptor<State>();
  const auto state_of = [&](const std::string& name) {
    for (int i = 0; i < states->value_count(); ++i) {
      const auto state = static_cast<State>(states->value(i)->number());
      if (record::StateName(state) == name) return state;
    }
    throw std::invalid_argument(name);
  };
  std::map<std::pair<State, Event>, State> parsed;
  for (const auto& [pair, to] : pairs) {
    const auto event = std::ranges::find(events, pair.second) - events.begin();
    parsed[{state_of(pair.first), static_cast<Event>(event)}] = state_of(to);
  }
  return parsed;
}

TEST(StatesTest, TaskEveryPair) {
  testing::CheckEveryPair(kTaskMachine,
                          Parsed<v1::TaskState, TaskEvent>(kTaskPairs, kTaskEventNames),
                          TaskEvent::kConfirm);
}

TEST(StatesTest, AssignmentEveryPair) {
  testing::CheckEveryPair(
      kAssignmentMachine,
      Parsed<v1::AssignmentState, AssignmentEvent>(AssignmentPairs(), kAssignmentEventNames),
      AssignmentEvent::kProve);
}

TEST(StatesTest, CheckInEveryPair) {
  const TaskPairs pairs = {
      {{"NONE", "hear"}, "ON_TIME"},  {{"ON_TIME", "hear"}, "ON_TIME"},
      {{"DUE", "hear"}, "ON_TIME"},   {{"MISSED", "hear"}, "ON_TIME"},
      {{"ON_TIME", "due"}, "DUE"},    {{"DUE", "miss"}, "MISSED"},
      {{"MISSED", "miss"}, "MISSED"},
  };
  constexpr const char* kEventNames[] = {"hear", "due", "miss"};
  testing::CheckEveryPair(kCheckInMachine,
                          Parsed<v1::CheckInState, CheckInEvent>(pairs, kEventNames),
                          CheckInEvent::kMiss);
}

TEST(StatesTest, CreditRequestEveryPair) {
  const TaskPairs pairs = {
      {{"NONE", "request"}, "PENDING"},    {{"CANCELLED", "request"}, "PENDING"},
      {{"LAPSED", "request"}, "PENDING"},  {{"PENDING", "approve"}, "APPROVED"},
      {{"PENDING", "reject"}, "REJECTED"}, {{"PENDING", "cancel"}, "CANCELLED"},
      {{"PENDING", "lapse"}, "LAPSED"},
  };
  constexpr const char* kEventNames[] = {"request", "approve", "reject", "cancel", "lapse"};
  testing::CheckEveryPair(kCreditRequestMachine,
                          Parsed<v1::CreditRequestState, CreditEvent>(pairs, kEventNames),
                          CreditEvent::kLapse);
}

// But an expired one, by service that turns out to have happened.
TEST(StatesTest, NothingLeavesFinalStates) {
  for (const auto state :
       {v1::TASK_STATE_CLOSED, v1::TASK_STATE_CANCELLED, v1::TASK_STATE_EXPIRED}) {
    EXPECT_TRUE(IsFinal(state));
    for (int e = 0; e <= static_cast<int>(TaskEvent::kConfirm); ++e) {
      const auto event = static_cast<TaskEvent>(e);
      const bool way_back = state == v1::TASK_STATE_EXPIRED && event == TaskEvent::kConfirm;
      EXPECT_EQ(kTaskMachine.Next(state, event).has_value(), way_back);
    }
  }
}

TEST(StatesTest, UnknownStatesHaveNoWayOut) {
  EXPECT_FALSE(kTaskMachine.Next(static_cast<v1::TaskState>(99), TaskEvent::kClose).has_value());
  EXPECT_FALSE(
      kAssignmentMachine.Next(static_cast<v1::AssignmentState>(-1), AssignmentEvent::kClaim)
          .has_value());
}

TEST(StatesTest, SlotsAreTakenFromAcceptanceOn) {
  EXPECT_TRUE(TakesSlot(v1::ASSIGNMENT_STATE_ACCEPTED));
  EXPECT_TRUE(TakesSlot(v1::ASSIGNMENT_STATE_SIGNED_IN));
  EXPECT_TRUE(TakesSlot(v1::ASSIGNMENT_STATE_SIGNED_OUT));
  EXPECT_TRUE(TakesSlot(v1::ASSIGNMENT_STATE_CREDITED));
  EXPECT_FALSE(TakesSlot(v1::ASSIGNMENT_STATE_OFFERED));
  EXPECT_FALSE(TakesSlot(v1::ASSIGNMENT_STATE_WAITLISTED));
  EXPECT_FALSE(TakesSlot(v1::ASSIGNMENT_STATE_NO_SHOW));
}

}  // namespace
}  // namespace baodao::dispatch
