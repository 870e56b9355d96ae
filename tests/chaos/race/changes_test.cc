// Slots that change hands while everything is killed: by swaps of colleagues, and by requests to be
// let go that meet the waitlist.
#include <gtest/gtest.h>

#include "tests/chaos/race/task_race.h"

namespace baodao::testing {
namespace {

using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using dispatch::v1::ASSIGNMENT_STATE_OFFERED;
using dispatch::v1::ASSIGNMENT_STATE_WAITLISTED;

class SwapTest : public TaskRaceTest {
 protected:
  static constexpr int kPairs = 4;
  static constexpr int kSlots = 4;
  static constexpr size_t kSteps = 2000;

  // Two at a time: nobody can be on both.
  void PublishPairs() {
    for (int pair = 0; pair < kPairs; ++pair) {
      for (const int minutes : {0, 30}) {
        const auto ahead = std::chrono::hours(24 * (2 + 2 * pair)) + std::chrono::minutes(minutes);
        tasks_.push_back(town().Run(town().Publish(0, kSlots, ahead)).task_id());
      }
    }
  }

  Task<void> Step() {
    const Turn turn = co_await TurnOf(AnyPerson(), tasks_[Below(tasks_.size())]);
    co_await Act(turn);
    // The one who is proposed is in a hurry, as is the one who takes it back.
    if (OneIn(3)) co_await AnswerSomeProposal();
  }
  Task<absl::StatusOr<Assignment>> Act(const Turn& turn) {
    const Assignment& part = turn.part;
    if (part.state() == ASSIGNMENT_STATE_OFFERED) return OneIn(5) ? Decline(turn) : Accept(turn);
    if (part.state() == ASSIGNMENT_STATE_WAITLISTED) return OneIn(4) ? Withdraw(turn) : Wait(turn);
    if (part.state() != ASSIGNMENT_STATE_ACCEPTED) return Claim(turn);
    if (part.has_withdrawal_request_time()) return OneIn(3) ? AnswerForThem(turn) : Stay(turn);
    if (part.successor_id().empty()) return OneIn(4) ? AskToLeave(turn) : Propose(turn);
    if (OneIn(2)) return TakeBack(turn);
    return OneIn(2) ? AskToLeave(turn) : Withdraw(turn);
  }
  Task<void> AnswerSomeProposal() {
    const std::string task = tasks_[Below(tasks_.size())];
    for (const demo::Actor& person : world().people) {
      if (!OneIn(6)) continue;
      const Turn turn = co_await TurnOf(person, task);
      if (turn.part.state() != ASSIGNMENT_STATE_OFFERED) continue;
      co_await Accept(turn);
      co_return;
    }
  }
};

TEST_F(SwapTest, ASlotIsHandedOnWholeOrNotAtAll) {
  PublishPairs();
  PlayThrough(kSteps, "dispatch", "dispatch2", [this] { return Step(); });
  AwaitPromotions();
  const TaskReplay replay = ExpectWhole();
  EXPECT_GT(replay.handovers(), 10);
  ExpectTheSameAnswers();
}

class LateWithdrawalTest : public TaskRaceTest {
 protected:
  static constexpr size_t kTasks = 4;
  static constexpr int kSlots = 4;
  static constexpr size_t kSteps = 1200;

  // From two hours before the start on nobody withdraws by themself.
  void PublishLate() {
    constexpr auto kSoon = std::chrono::hours(2) + std::chrono::milliseconds(500);
    for (size_t i = 0; i < kTasks; ++i) {
      tasks_.push_back(town().Run(town().Publish(0, kSlots, kSoon)).task_id());
    }
    town().Run(SystemClock().SleepFor(ToTime(Read(tasks_.back()).withdraw_by()) -
                                      SystemClock().Now() + Millis(1)));
  }

  // They all begin at the same time: everybody has one of them in mind.
  Task<void> Step() {
    const size_t who = Below(kPeople);
    const Turn turn = co_await TurnOf(world().people[who], tasks_[who % kTasks]);
    co_await Act(turn);
  }
  Task<absl::StatusOr<Assignment>> Act(const Turn& turn) {
    const Assignment& part = turn.part;
    if (part.state() == ASSIGNMENT_STATE_OFFERED) return OneIn(3) ? Decline(turn) : Accept(turn);
    if (part.state() == ASSIGNMENT_STATE_WAITLISTED) return OneIn(8) ? Withdraw(turn) : Wait(turn);
    if (part.state() != ASSIGNMENT_STATE_ACCEPTED) return Claim(turn);
    if (!part.has_withdrawal_request_time())
      return OneIn(4) ? WithdrawLate(turn) : AskToLeave(turn);
    if (!OneIn(6)) return Wait(turn);
    return OneIn(3) ? AnswerForThem(turn) : Stay(turn);
  }
  // Refused also where they have lost their slot since they looked.
  Task<absl::StatusOr<Assignment>> WithdrawLate(Turn turn) {
    const auto answer = co_await Withdraw(turn);
    const bool waited = answer.ok() && answer->waitlist_number() > 0;
    EXPECT_TRUE(!answer.ok() || waited) << story().Of(turn.task);
    co_return answer;
  }
};

TEST_F(LateWithdrawalTest, WhoAsksToBeLetGoStaysUntilSomebodyHasTheSlot) {
  PublishLate();
  PlayThrough(kSteps, "dispatch", "dispatch2", [this] { return Step(); });
  AwaitPromotions();
  const TaskReplay replay = ExpectWhole();
  EXPECT_GT(replay.handovers(), 5);
  ExpectTheSameAnswers();
}

}  // namespace
}  // namespace baodao::testing
