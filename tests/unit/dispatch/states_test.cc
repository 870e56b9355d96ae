// Every pair of state and event against the state machines in the protos, written down once more.
#include "services/dispatch/domain/states.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace baodao::dispatch {
namespace {

using TaskPairs = std::map<std::pair<std::string, std::string>, std::string>;

const TaskPairs kTaskMachine = {
    {{"NONE", "publish"}, "OPEN"},        {{"OPEN", "staff"}, "STAFFED"},
    {{"OPEN", "begin"}, "IN_SERVICE"},    {{"OPEN", "cancel"}, "CANCELLED"},
    {{"OPEN", "expire"}, "EXPIRED"},      {{"OPEN", "escalate"}, "OPEN"},
    {{"STAFFED", "unstaff"}, "OPEN"},     {{"STAFFED", "begin"}, "IN_SERVICE"},
    {{"STAFFED", "cancel"}, "CANCELLED"}, {{"STAFFED", "expire"}, "EXPIRED"},
    {{"IN_SERVICE", "serve"}, "SERVED"},  {{"SERVED", "evaluate"}, "EVALUATED"},
    {{"SERVED", "close"}, "CLOSED"},      {{"EVALUATED", "close"}, "CLOSED"},
    {{"EXPIRED", "confirm"}, "SERVED"},
};

TaskPairs AssignmentMachine() {
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
  };
  // Whoever never was on it, or whose time on it ended before it began, may start anew.
  for (const char* state : {"NONE", "DECLINED", "LAPSED", "WITHDRAWN", "RELEASED"}) {
    pairs[{state, "claim"}] = "ACCEPTED";
    pairs[{state, "enqueue"}] = "WAITLISTED";
    pairs[{state, "offer"}] = "OFFERED";
    pairs[{state, "assign"}] = "ACCEPTED";
    pairs[{state, "confirm"}] = "SIGNED_OUT";
  }
  return pairs;
}

template <class State, class Event>
void Compare(const TaskPairs& machine, int states, int events) {
  size_t possible = 0;
  for (int s = 0; s < states; ++s) {
    for (int e = 0; e < events; ++e) {
      const auto state = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      const auto next = Next(state, event);
      const auto expected = machine.find({std::string(Name(state)), std::string(Name(event))});
      const std::string pair = std::string(Name(state)) + " × " + std::string(Name(event));
      ASSERT_EQ(next.has_value(), expected != machine.end()) << pair;
      if (!next) continue;
      EXPECT_EQ(Name(*next), expected->second) << pair;
      ++possible;
    }
  }
  EXPECT_EQ(possible, machine.size());
}

TEST(StatesTest, TaskEveryPair) {
  Compare<v1::TaskState, TaskEvent>(kTaskMachine, v1::TaskState_ARRAYSIZE, kTaskEvents);
}

TEST(StatesTest, AssignmentEveryPair) {
  Compare<v1::AssignmentState, AssignmentEvent>(AssignmentMachine(), v1::AssignmentState_ARRAYSIZE,
                                                kAssignmentEvents);
}

// But an expired one, by service that turns out to have happened.
TEST(StatesTest, NothingLeavesFinalStates) {
  for (const auto state :
       {v1::TASK_STATE_CLOSED, v1::TASK_STATE_CANCELLED, v1::TASK_STATE_EXPIRED}) {
    EXPECT_TRUE(IsFinal(state));
    for (int e = 0; e < kTaskEvents; ++e) {
      const auto event = static_cast<TaskEvent>(e);
      const bool way_back = state == v1::TASK_STATE_EXPIRED && event == TaskEvent::kConfirm;
      EXPECT_EQ(Next(state, event).has_value(), way_back);
    }
  }
}

TEST(StatesTest, UnknownStatesHaveNoWayOut) {
  EXPECT_FALSE(Next(static_cast<v1::TaskState>(99), TaskEvent::kClose).has_value());
  EXPECT_FALSE(Next(static_cast<v1::AssignmentState>(-1), AssignmentEvent::kClaim).has_value());
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
