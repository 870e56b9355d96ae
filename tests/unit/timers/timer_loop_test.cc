#include "common/timers/timer_loop.h"

#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <map>
#include <set>

#include "common/status/status.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::timers {
namespace {

class TimerLoopTest : public ::testing::Test {
 protected:
  TimerLoopTest() {
    Register(timers_);
    Start(timers_);
  }
  ~TimerLoopTest() override {
    timers_.Stop();
    Spin();
  }

  void Register(TimerLoop& timers) {
    timers.Register("offer", [this](const Timer& timer) { return Handle(timer); });
  }
  void Start(TimerLoop& timers) {
    asio::co_spawn(loop_, timers.Run(), asio::detached);
    Spin();
  }
  Task<absl::Status> Handle(const Timer timer) {
    fired_.push_back(timer.id);
    last_ = timer;
    ++running_;
    most_running_ = std::max(most_running_, running_);
    if (slow_ > Millis::zero()) co_await clock_.SleepFor(slow_);
    --running_;
    if (failures_[timer.id]-- > 0) co_return absl::UnavailableError("not now");
    store::Commit commit(timer.shard);
    commit.ClearTimer(timer.member);
    const auto outcome = co_await store_.Apply(std::move(commit));
    co_return outcome.status();
  }
  void Set(int shard, std::string member, Millis in) {
    store::Commit commit(shard);
    commit.SetTimer(std::move(member), clock_.Now() + in);
    ASSERT_THAT(testing::Run(loop_, store_.Apply(std::move(commit))), testing::IsOk());
  }
  // By another replica.
  void SetElsewhere(int shard, std::string member, Time due) {
    store::MemoryStore others(store::Keys("test", 4), data_, clock_);
    store::Commit commit(shard);
    commit.SetTimer(std::move(member), due);
    ASSERT_THAT(testing::Run(loop_, others.Apply(std::move(commit))), testing::IsOk());
  }
  void Spin() {
    loop_.restart();
    loop_.poll();
  }
  // Small steps: a loop that is asleep sees time pass as it would.
  void Pass(Millis duration, Millis step = Millis(10)) {
    for (Millis passed{0}; passed < duration; passed += step) {
      clock_.Advance(step);
      Spin();
    }
  }

  using Names = std::vector<std::string>;

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("test", 4), data_, clock_};
  Options options_{.lease = Millis(2'000), .concurrency = 4, .refresh = Millis(500)};
  TimerLoop timers_{store_, clock_, options_};
  Names fired_;
  Timer last_;
  std::map<std::string, int> failures_;
  Millis slow_{0};
  int running_ = 0, most_running_ = 0;
};

TEST_F(TimerLoopTest, MembersAreTakenApart) {
  EXPECT_EQ(Member("offer", "tsk_1", "per_1"), "offer|tsk_1|per_1");
  EXPECT_EQ(Member("sla", "tsk_1"), "sla|tsk_1");
  Set(2, "offer|tsk_1|per_1|more", Millis(50));
  Pass(Millis(600));
  ASSERT_EQ(fired_, Names{"tsk_1"});
  EXPECT_EQ(last_.kind, "offer");
  EXPECT_EQ(last_.extra, "per_1|more");
  EXPECT_EQ(last_.shard, 2);
}

TEST_F(TimerLoopTest, FiresWhenDueAndOnce) {
  Set(0, "offer|a", Millis(1'000));
  Set(3, "offer|b", Millis(3'000));
  Pass(Millis(990));
  EXPECT_TRUE(fired_.empty());
  Pass(Millis(30));
  EXPECT_EQ(fired_, Names{"a"});
  Pass(Millis(10'000));
  EXPECT_EQ(fired_, (Names{"a", "b"}));
  EXPECT_EQ(timers_.stats().fired, 2u);
  EXPECT_FALSE(*testing::Run(loop_, store_.NextTimer(0)));
}

TEST_F(TimerLoopTest, TimersOfOthersAreSeenSoon) {
  Pass(Millis(100));  // asleep
  SetElsewhere(1, "offer|new", clock_.Now());
  Spin();
  EXPECT_EQ(fired_, Names{});
  Pass(Millis(500));
  EXPECT_EQ(fired_, Names{"new"});
}

TEST_F(TimerLoopTest, OnesOwnTimersFireWhenTheyAreDue) {
  Pass(Millis(100));  // asleep
  Set(1, "offer|now", Millis(0));
  Set(1, "offer|later", Millis(20));
  Set(2, "offer|soon", Millis(10));
  Spin();
  EXPECT_EQ(fired_, Names{"now"});
  Pass(Millis(10));
  EXPECT_EQ(fired_, (Names{"now", "soon"}));
  Pass(Millis(10));
  EXPECT_EQ(fired_, (Names{"now", "soon", "later"}));
}

// Also when the answer to the commit was lost.
TEST_F(TimerLoopTest, ATimerThatMayHaveBeenSetFiresWhenItIsDue) {
  Pass(Millis(100));
  store_.SetFaults([](std::string_view operation, std::string_view) {
    return store::Fault{.fail_after = operation == "Apply"};
  });
  store::Commit commit(1);
  commit.SetTimer("offer|a", clock_.Now());
  EXPECT_FALSE(testing::Run(loop_, store_.Apply(std::move(commit))).ok());
  store_.SetFaults({});
  Spin();
  EXPECT_EQ(fired_, Names{"a"});
}

TEST_F(TimerLoopTest, IdleItLooksForOthersTimersOnly) {
  Set(3, "offer|a", Millis(60'000));
  std::map<std::string, int> asked;
  store_.SetFaults([&](std::string_view operation, std::string_view) {
    ++asked[std::string(operation)];
    return store::Fault{};
  });
  Pass(Millis(5'000));
  EXPECT_EQ(asked, (std::map<std::string, int>{{"NextTimers", 10}}));
}

class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(Clock& clock) : clock_(clock) {}
  Time Now() const override { return clock_.Now() + shift; }
  Task<void> SleepFor(Millis duration) override { return clock_.SleepFor(duration); }

  Millis shift{0};

 private:
  Clock& clock_;
};

TEST_F(TimerLoopTest, OthersTimersAreSeenAlsoWhenTheClockIsPutBack) {
  timers_.Stop();
  ShiftedClock clock(clock_);
  TimerLoop here(store_, clock, options_);
  Register(here);
  Start(here);
  Pass(Millis(1'000));
  clock.shift = -std::chrono::hours(1);
  SetElsewhere(1, "offer|now", clock.Now());
  Pass(Millis(600));
  EXPECT_EQ(fired_, Names{"now"});
  here.Stop();
  Spin();
}

TEST_F(TimerLoopTest, AFailedHandlerIsTriedAgain) {
  failures_["a"] = 2;
  Set(0, "offer|a", Millis(0));
  Pass(Millis(1'500));
  EXPECT_EQ(fired_, (Names{"a", "a", "a"}));
  EXPECT_EQ(timers_.stats().failed, 2u);
  EXPECT_FALSE(*testing::Run(loop_, store_.NextTimer(0)));
}

// A timer that a replica took and never handled comes back when its lease ends.
TEST_F(TimerLoopTest, AnotherReplicasDeathLosesNoTimer) {
  Set(0, "offer|a", Millis(1));
  clock_.Advance(Millis(1));  // the loop is not run: another replica takes it, and dies
  ASSERT_EQ(testing::Run(loop_, store_.TakeDueTimers(0, clock_.Now(), Millis(2'000), 5))->size(),
            1u);
  Pass(Millis(1'900));
  EXPECT_TRUE(fired_.empty());
  Pass(Millis(700));
  EXPECT_EQ(fired_, Names{"a"});
}

TEST_F(TimerLoopTest, ConcurrencyIsBounded) {
  slow_ = Millis(100);
  for (int i = 0; i < 20; ++i) Set(i % 4, "offer|" + std::to_string(i), Millis(0));
  Pass(Millis(1'500));
  EXPECT_EQ(fired_.size(), 20u);
  EXPECT_EQ(std::set<std::string>(fired_.begin(), fired_.end()).size(), 20u);
  EXPECT_EQ(most_running_, 4);
}

TEST_F(TimerLoopTest, TwoReplicasShareTheWork) {
  TimerLoop other(store_, clock_, options_);
  Register(other);
  Start(other);
  for (int i = 0; i < 50; ++i) Set(i % 4, "offer|" + std::to_string(i), Millis(i));
  Pass(Millis(1'000));
  EXPECT_EQ(fired_.size(), 50u);
  EXPECT_EQ(timers_.stats().fired + other.stats().fired, 50u);
  other.Stop();
  Spin();
}

TEST_F(TimerLoopTest, UnknownKindsAreLeftAlone) {
  Set(0, "other|x", Millis(0));
  Set(0, "offer|a", Millis(0));
  Pass(Millis(600));
  EXPECT_EQ(fired_, Names{"a"});
  EXPECT_EQ(timers_.stats().unknown, 1u);
  EXPECT_TRUE(*testing::Run(loop_, store_.NextTimer(0))) << "still there for who knows it";
}

TEST_F(TimerLoopTest, OutagesAreWaitedOut) {
  int asked = 0;
  store_.SetFaults([&](std::string_view, std::string_view) {
    ++asked;
    return store::Fault{.fail_before = true};
  });
  Pass(Millis(5'000));
  EXPECT_LT(asked, 40) << "backs off";
  store_.SetFaults({});
  Set(0, "offer|a", Millis(0));
  Pass(Millis(6'000));
  EXPECT_EQ(fired_, Names{"a"});
}

TEST_F(TimerLoopTest, LatenessIsReported) {
  int overdue = 0;
  Millis lateness{0};
  timers_.SetObserver([&](const Stats& stats) {
    overdue = std::max(overdue, stats.overdue);
    lateness = std::max(lateness, stats.lateness);
  });
  SetElsewhere(1, "offer|a", clock_.Now());
  SetElsewhere(2, "offer|b", clock_.Now());
  clock_.Advance(Millis(5'000));
  Spin();
  EXPECT_EQ(overdue, 2);
  EXPECT_EQ(lateness, Millis(5'000));
}

TEST_F(TimerLoopTest, StopWaitsForHandlersUnderWay) {
  slow_ = Millis(300);
  bool ended = false;
  TimerLoop other(store_, clock_, options_);
  Register(other);
  timers_.Stop();
  Spin();
  const auto run = [&]() -> Task<void> {
    co_await other.Run();
    ended = true;
  };
  asio::co_spawn(loop_, run(), asio::detached);
  Set(0, "offer|a", Millis(0));
  Pass(Millis(200), Millis(100));
  ASSERT_EQ(fired_, Names{"a"});
  EXPECT_FALSE(ended);
  other.Stop();
  Pass(Millis(600), Millis(100));
  EXPECT_TRUE(ended);
}

// A service that stops cancels its workers: that must not tear a loop apart.
TEST_F(TimerLoopTest, CancellingIsStopping) {
  slow_ = Millis(300);
  TimerLoop other(store_, clock_, options_);
  Register(other);
  timers_.Stop();
  Spin();
  bool ended = false;
  std::exception_ptr error;
  asio::cancellation_signal cancel;
  asio::co_spawn(loop_, other.Run(),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                   ended = true;
                   error = thrown;
                 }));
  Set(0, "offer|a", Millis(0));
  Pass(Millis(200), Millis(100));
  cancel.emit(asio::cancellation_type::terminal);
  Spin();
  EXPECT_FALSE(ended) << "a handler is under way";
  Pass(Millis(600), Millis(100));
  EXPECT_TRUE(ended);
  EXPECT_FALSE(error);
  EXPECT_EQ(fired_, Names{"a"});
}

}  // namespace
}  // namespace baodao::timers
