// People are reminded of what they have accepted: once, in time, and not when they are off.
#include <gtest/gtest.h>

#include <optional>

#include "common/testing/matchers.h"
#include "common/timers/timer_loop.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

class ReminderTest : public InboxTest {
 protected:
  void RunTimersUntil(const std::function<bool()>& done, Millis most) {
    timers::TimerLoop timers(*stores_[0], clock_);
    timers.Register(std::string(kRemindTimer), [this](const timers::Timer& timer) {
      return replicas_[0]->deliverer.OnReminder(timer);
    });
    bool stopped = false;
    asio::co_spawn(loop_, timers.Run(), [&](std::exception_ptr) { stopped = true; });
    const Time last = clock_.Now() + most;
    loop_.restart();
    while (!done() && clock_.Now() < last) {
      loop_.run_one_until(std::chrono::steady_clock::now() + Millis(3));
      clock_.Advance(std::chrono::minutes(1));
    }
    timers.Stop();
    while (!stopped) {
      loop_.run_one_until(std::chrono::steady_clock::now() + Millis(3));
      clock_.Advance(Millis(500));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, ReminderTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(ReminderTest, ComesAnHourBeforeTheStart) {
  const Time start = clock_.Now() + std::chrono::minutes(90);
  ASSERT_THAT(Deliver(Accepted(1, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start)),
              testing::IsOk());
  const auto reminded = [&] {
    const auto entries = testing::Run(
        loop_,
        replicas_[0]->inbox.Before(*replicas_[0]->inbox.PersonOwner(reader_id_), std::nullopt, 1));
    return entries.ok() && entries->entries[0].record.kind() == "sign_in_reminder";
  };
  RunTimersUntil(reminded, std::chrono::hours(3));
  const auto listed = testing::Run(
      loop_,
      replicas_[0]->inbox.Before(*replicas_[0]->inbox.PersonOwner(reader_id_), std::nullopt, 9));
  ASSERT_EQ(listed->entries.size(), 2u);
  EXPECT_EQ(listed->entries[0].record.kind(), "sign_in_reminder");
  EXPECT_EQ(listed->entries[0].record.params().at("task"), "陪诊");
  EXPECT_GE(ToTime(listed->entries[0].record.time()), start - kReminderBefore);
}

TEST_P(ReminderTest, DoesNotComeToThoseWhoAreOff) {
  const Time start = clock_.Now() + std::chrono::minutes(90);
  ASSERT_THAT(Deliver(Accepted(1, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start)),
              testing::IsOk());
  ASSERT_THAT(Deliver(Accepted(2, dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN, start)),
              testing::IsOk());
  // The first event once more: it must not bring the reminder back.
  ASSERT_THAT(Deliver(Accepted(1, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start)),
              testing::IsOk());
  const auto next = testing::Run(loop_, stores_[0]->NextTimer(5));
  ASSERT_THAT(next, testing::IsOk());
  EXPECT_EQ(*next, clock_.Now() + kKeep) << "only the one that drops old notifications";
}

class LateReminderTest : public ReminderTest {
 protected:
  absl::Status Remind() { return testing::Run(loop_, RemindTask(0)); }
  Task<absl::Status> RemindTask(int replica) {
    timers::Timer timer;
    timer.kind = kRemindTimer;
    timer.id = reader_id_;
    timer.extra = "tsk_1";
    timer.member = timers::Member(kRemindTimer, reader_id_, "tsk_1");
    return replicas_[replica]->deliverer.OnReminder(timer);
  }
  std::vector<int> Kinds() {
    std::vector<int> kinds;
    reader_ = tokens_.Person(reader_id_);  // the clock may have left the old token behind
    const auto listed = List();
    for (const auto& one : listed->notifications()) kinds.push_back(one.kind());
    return kinds;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, LateReminderTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

// After an outage people were reminded of what had begun long before.
TEST_P(LateReminderTest, DoesNotComeOnceTheTaskHasBegun) {
  const Time start = clock_.Now() + std::chrono::minutes(90);
  ASSERT_THAT(Deliver(Accepted(1, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start)),
              testing::IsOk());
  clock_.AdvanceTo(start);
  ASSERT_THAT(Remind(), testing::IsOk());
  EXPECT_EQ(Kinds(), std::vector<int>{v1::NOTIFICATION_KIND_TASK_ACCEPTED});
  const Time accepted = start - std::chrono::minutes(90);
  EXPECT_EQ(*testing::Run(loop_, stores_[0]->NextTimer(5)), accepted + kKeep)
      << "only the one that drops old notifications";
  const auto head =
      testing::Run(loop_, replicas_[0]->inbox.Head(*replicas_[0]->inbox.PersonOwner(reader_id_)));
  EXPECT_EQ(head->reminders_size(), 0);
}

class ReminderRaceTest : public LateReminderTest {
 protected:
  // The timer's `slow`th call of the store takes so long that the other replica delivers this
  // first.
  absl::Status RemindDuring(const events::Delivery& delivery, int slow) {
    auto& store = static_cast<store::MemoryStore&>(*stores_[0]);
    store.SetFaults([slow, calls = 0](std::string_view, std::string_view) mutable {
      store::Fault fault;
      if (++calls == slow) fault.delay = Millis(1'000);
      return fault;
    });
    std::optional<absl::Status> reminded;
    asio::co_spawn(loop_, RemindTask(0),
                   [&](std::exception_ptr, absl::Status status) { reminded = status; });
    testing::Run(loop_, clock_.AwaitSleepers(1));
    EXPECT_THAT(Deliver(delivery, 1), testing::IsOk());
    clock_.Advance(Millis(1'000));
    EXPECT_TRUE(Await([&] { return reminded.has_value(); }));
    store.SetFaults(nullptr);
    return *reminded;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, ReminderRaceTest, ::testing::Values(Backend::kMemory),
                         BackendName);

// The store's calls of a reminder: the head, the commit.
constexpr int kCommit = 2;

// Who withdraws is told nothing about it, and so nothing once stopped a reminder under way.
TEST_P(ReminderRaceTest, AWithdrawalAtTheSameMomentStopsIt) {
  const Time start = clock_.Now() + std::chrono::minutes(90);
  ASSERT_THAT(Deliver(Accepted(1, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start)),
              testing::IsOk());
  const absl::Status reminded =
      RemindDuring(Accepted(2, dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN, start), kCommit);
  EXPECT_TRUE(absl::IsAborted(reminded)) << reminded;
  ASSERT_THAT(Remind(), testing::IsOk());
  EXPECT_EQ(Kinds(), std::vector<int>{v1::NOTIFICATION_KIND_TASK_ACCEPTED});
}

// The other way round: a timer that found nothing must not clear what was set meanwhile.
TEST_P(ReminderRaceTest, AnAcceptanceAtTheSameMomentKeepsItsTimer) {
  const Time start = clock_.Now() + std::chrono::minutes(90);
  ASSERT_THAT(Deliver(Accepted(1, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start)),
              testing::IsOk());
  ASSERT_THAT(Deliver(Accepted(2, dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN, start)),
              testing::IsOk());
  const absl::Status reminded =
      RemindDuring(Accepted(3, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, start), kCommit);
  EXPECT_TRUE(absl::IsAborted(reminded)) << reminded;
  EXPECT_TRUE(testing::Run(loop_, stores_[1]->NextTimer(5))->has_value());
}

}  // namespace
}  // namespace baodao::inbox
