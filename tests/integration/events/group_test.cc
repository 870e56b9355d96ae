#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <chrono>
#include <set>

#include "common/events/detail/streams.h"
#include "tests/integration/events/events_fixture.h"

namespace baodao::events {
namespace {

using Names = std::vector<std::string>;

class GroupTest : public EventsTest {
 protected:
  std::unique_ptr<GroupConsumer> New(Recorder& recorder, std::string name) {
    return NewGroupConsumer(loop_, client(), SystemClock(), Options(std::move(name)),
                            recorder.handler());
  }
  GroupLag Lag() { return Ok(ReadGroupLag(client(), SystemClock(), group_, {service_}, kShards)); }
  int64_t Dead() {
    return static_cast<int64_t>(Ok(ListDeadLetters(client(), group_, kShards, 100)).size());
  }
};

TEST_P(GroupTest, HandlesWhatWasThereAndWhatComes) {
  Emit(0, "before");
  Recorder recorder;
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"before"}; }));
  Emit(3, "after");
  EXPECT_TRUE(Await([&] { return recorder.names == (Names{"before", "after"}); }));
  const Delivery& delivery = recorder.delivered[1];
  EXPECT_EQ(delivery.service, service_);
  EXPECT_EQ(delivery.shard, 3);
  EXPECT_EQ(delivery.attempt, 1);
  EXPECT_NE(delivery.id, "");
  EXPECT_EQ(consumer->stats().handled, 2u);
  EXPECT_EQ(consumer->stats().shards, kShards);
}

TEST_P(GroupTest, KeepsTheOrderOfAStream) {
  Recorder recorder;
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  Names expected;
  for (int i = 0; i < 300; ++i) {
    Emit(1, std::to_string(i));
    expected.push_back(std::to_string(i));
    if (i == 100) recorder.Fail("150", 2);
  }
  EXPECT_TRUE(Await([&] { return recorder.names.size() == 300; }));
  EXPECT_EQ(recorder.names, expected) << "a failing event holds back those behind it";
}

TEST_P(GroupTest, AFailingStreamHoldsBackNoOther) {
  GroupOptions options = Options("a");
  options.max_deliveries = 1'000'000;
  Recorder recorder;
  recorder.Fail("stuck", 1'000'000);
  const auto consumer =
      NewGroupConsumer(loop_, client(), SystemClock(), options, recorder.handler());
  const auto consumer_runs = Start(*consumer);
  Emit(0, "stuck");
  EXPECT_TRUE(Await([&] { return recorder.delivered.size() > 3; }));
  for (int i = 0; i < 20; ++i) {
    Emit(1, std::to_string(i));
    EXPECT_TRUE(
        Await([&] { return recorder.names.size() > static_cast<size_t>(i); }, Millis(2'000)));
  }
}

// Also when nobody has anything to do: the wait must end with the event, not with its time limit.
// The third quickest of each stream counts: a busy machine makes others late.
TEST_P(GroupTest, WakesWithin100Milliseconds) {
  Recorder recorder;
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  Emit(0, "first");
  ASSERT_TRUE(Await([&] { return recorder.names.size() == 1; }));
  std::vector<std::vector<Millis>> took(kShards);
  for (int i = 0; i < 9 * kShards; ++i) {
    // Past the linger of the last read, so that the consumer blocks again.
    testing::Run(loop_, SystemClock().SleepFor(Millis(30)));
    const auto start = std::chrono::steady_clock::now();
    Emit(i % kShards, std::to_string(i));
    ASSERT_TRUE(Await([&] { return recorder.names.size() == static_cast<size_t>(i) + 2; }));
    took[static_cast<size_t>(i % kShards)].push_back(
        std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start));
  }
  for (std::vector<Millis>& of_stream : took) {
    std::sort(of_stream.begin(), of_stream.end());
    EXPECT_LT(of_stream[2], Millis(100));
  }
}

TEST_P(GroupTest, TheNextOneGoesOnWhereTheLastStopped) {
  Recorder first, second;
  const auto consumer = New(first, "a");
  const auto consumer_runs = Start(*consumer);
  for (int i = 0; i < 10; ++i) Emit(2, std::to_string(i));
  EXPECT_TRUE(Await([&] { return first.names.size() == 10; }));
  Stop(*consumer);
  EXPECT_EQ(Lag().unread, 0);
  Emit(2, "later");
  EXPECT_EQ(Lag().unread, 1);
  const auto next = New(second, "b");
  const auto next_runs = Start(*next);
  EXPECT_TRUE(Await([&] { return !second.names.empty(); }));
  EXPECT_EQ(second.names, Names{"later"});
}

TEST_P(GroupTest, GroupsDoNotDisturbEachOther) {
  Recorder mine, theirs;
  GroupOptions options = Options("a");
  options.group += "x";
  const auto consumer = New(mine, "a");
  const auto other = NewGroupConsumer(loop_, client(), SystemClock(), options, theirs.handler());
  const auto consumer_runs = Start(*consumer);
  const auto other_runs = Start(*other);
  for (int i = 0; i < 20; ++i) Emit(i % kShards, std::to_string(i));
  EXPECT_TRUE(Await([&] { return mine.names.size() == 20 && theirs.names.size() == 20; }));
}

TEST_P(GroupTest, AfterTooManyTriesItIsADeadLetter) {
  Recorder recorder;
  recorder.Fail("bad", 3, absl::InvalidArgumentError("cannot be"));
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  Emit(1, "bad");
  Emit(1, "good");
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"good"}; }));
  const std::vector<DeadLetter> letters = Ok(ListDeadLetters(client(), group_, kShards, 100));
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].service, service_);
  EXPECT_EQ(letters[0].shard, 1);
  EXPECT_EQ(letters[0].attempts, 3);
  EXPECT_NE(letters[0].error.find("cannot be"), std::string::npos);
  EXPECT_EQ(letters[0].event.actor_id(), "bad");
  EXPECT_EQ(letters[0].event_id, recorder.delivered[0].id);
  EXPECT_EQ(Lag().dead_letters, 1);

  EXPECT_TRUE(Ok(RequeueDeadLetter(client(), group_, 1, letters[0].id)));
  EXPECT_TRUE(Await([&] { return recorder.names == (Names{"good", "bad"}); }));
  EXPECT_EQ(recorder.delivered.back().id, letters[0].event_id) << "the same event";
  EXPECT_EQ(recorder.delivered.back().service, service_);
  EXPECT_TRUE(recorder.delivered.back().requeued);
  EXPECT_FALSE(recorder.delivered[0].requeued);
  EXPECT_EQ(Dead(), 0);
  EXPECT_FALSE(Ok(RequeueDeadLetter(client(), group_, 1, letters[0].id)));
}

TEST_P(GroupTest, UnreadableEventsAreDeadLetters) {
  Recorder recorder;
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  store::Commit commit(2);
  commit.Emit("\xff\xff\xff no event");
  Ok(store().Apply(std::move(commit)));
  Emit(2, "good");
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"good"}; }));
  ASSERT_EQ(Dead(), 1);
  const DeadLetter letter = Ok(ListDeadLetters(client(), group_, kShards, 1))[0];
  EXPECT_TRUE(Ok(DropDeadLetter(client(), group_, letter.shard, letter.id)));
  EXPECT_EQ(Dead(), 0);
}

// An outage of somebody else must not empty the streams into the dead letters.
TEST_P(GroupTest, OutagesAreWaitedOut) {
  Recorder recorder;
  recorder.Fail("patient", 12, absl::UnavailableError("peer"));
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  Emit(0, "patient");
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"patient"}; }));
  EXPECT_EQ(recorder.delivered.size(), 13u);
  EXPECT_EQ(recorder.delivered.back().attempt, 13);
  EXPECT_EQ(Dead(), 0);
}

// Each hand-over once counted as a death of whoever had handled the event: some restarts during an
// outage, or a replica coming and going, made it a dead letter.
TEST_P(GroupTest, HandOversDuringAnOutageAreNoTries) {
  Emit(1, "patient");
  for (int i = 0; i < 9; ++i) {
    Recorder recorder;
    recorder.Fail("patient", 1'000'000, absl::UnavailableError("peer"));
    const auto consumer = New(recorder, "a" + std::to_string(i));
    const auto consumer_runs = Start(*consumer);
    // One try, or several.
    ASSERT_TRUE(Await([&] { return recorder.delivered.size() > static_cast<size_t>(i % 3); }));
    EXPECT_EQ(recorder.delivered[0].attempt, 1) << i;
  }
  EXPECT_EQ(Dead(), 0);
  Recorder recorder;
  const auto consumer = New(recorder, "last");
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"patient"}; }));
  EXPECT_EQ(Dead(), 0);
}

TEST_P(GroupTest, ReplicasShareTheShards) {
  Recorder one, two;
  const auto a = New(one, "a");
  const auto b = New(two, "b");
  const auto a_runs = Start(*a);
  EXPECT_TRUE(Await([&] { return a->stats().shards == kShards; }));
  const auto b_runs = Start(*b);
  EXPECT_TRUE(Await([&] { return a->stats().shards == 2 && b->stats().shards == 2; }));
  for (int i = 0; i < 40; ++i) Emit(i % kShards, std::to_string(i));
  EXPECT_TRUE(Await([&] { return one.names.size() + two.names.size() >= 40; }));
  std::set<std::string> names(one.names.begin(), one.names.end());
  names.insert(two.names.begin(), two.names.end());
  EXPECT_EQ(names.size(), 40u);
  EXPECT_EQ(one.names.size(), 20u);
  Stop(*b);
  EXPECT_TRUE(Await([&] { return a->stats().shards == kShards; }));
}

// As a service does it: its workers are cancelled, and what was handled is put down.
TEST_P(GroupTest, CancellingIsStopping) {
  Recorder recorder;
  const auto consumer = New(recorder, "a");
  bool ended = false;
  std::exception_ptr error;
  asio::cancellation_signal cancel;
  asio::co_spawn(loop_, consumer->Run(),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                   ended = true;
                   error = thrown;
                 }));
  for (int i = 0; i < 10; ++i) Emit(1, std::to_string(i));
  EXPECT_TRUE(Await([&] { return recorder.names.size() == 10; }));
  cancel.emit(asio::cancellation_type::terminal);
  ASSERT_TRUE(Await([&] { return ended; }));
  EXPECT_FALSE(error);
  EXPECT_EQ(Lag().unread, 0);
}

// Replicas that die in the middle of an event.
class DyingTest : public GroupTest {
 protected:
  // Runs a replica on a loop of its own until it reaches the event of this name, where it ends,
  // loop and all, or until `enough` holds. Whether it died.
  bool Live(const std::string& name, const std::string& killer, std::function<bool()> enough) {
    asio::io_context loop;
    const std::unique_ptr<redis::Client> client =
        testing::Run(loop, redis::Connect(loop, config())).value();
    bool dead = false;
    const Handler handler = [&](const Delivery& delivery) {
      return Handle(delivery.event.actor_id(), killer, &dead);
    };
    const auto replica = NewGroupConsumer(loop, *client, SystemClock(), Options(name), handler);
    asio::co_spawn(loop, replica->Run(), asio::detached);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    loop.restart();
    while (!dead && !enough() && std::chrono::steady_clock::now() < end) {
      loop.run_one_for(Millis(5));
    }
    return dead;
  }

  Names handled_;
  bool fail_first_ = false;
  int tries_ = 0;

 private:
  Task<absl::Status> Handle(std::string name, std::string killer, bool* dead) {
    if (name == killer && fail_first_ && tries_++ % 2 == 0) co_return absl::UnavailableError("no");
    if (name == killer) {
      *dead = true;
      co_await SystemClock().SleepFor(Millis(1'000'000));
    }
    handled_.push_back(name);
    co_return absl::OkStatus();
  }
};

TEST_P(DyingTest, TheDeadAreTakenOver) {
  Emit(1, "survivor");
  ASSERT_TRUE(Live("a", "survivor", [] { return false; }));
  Recorder recorder;
  const auto consumer = New(recorder, "b");
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"survivor"}; }));
  EXPECT_EQ(recorder.delivered[0].attempt, 2) << "it is told that it is not the first";
}

// An event that kills whoever handles it must not stop the stream for ever, nor may the innocent
// ones around it be given up in its place.
TEST_P(DyingTest, AKillerBecomesADeadLetter) {
  for (const char* name : {"before", "killer", "after", "last"}) Emit(1, name);
  const auto through = [&] { return !handled_.empty() && handled_.back() == "last"; };
  int lives = 0;
  while (lives < 10 && Live("a", "killer", through)) ++lives;
  EXPECT_TRUE(through());
  EXPECT_GE(lives, 3);
  const std::vector<DeadLetter> letters = Ok(ListDeadLetters(client(), group_, kShards, 100));
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].event.actor_id(), "killer");
}

// An answer takes the note of its try back; the next try has to be noted again, or a killer that
// fails first would kill one owner after the other for ever.
TEST_P(DyingTest, AKillerThatFailsFirstBecomesADeadLetterToo) {
  fail_first_ = true;
  for (const char* name : {"killer", "after"}) Emit(1, name);
  const auto through = [&] { return !handled_.empty(); };
  int lives = 0;
  while (lives < 10 && Live("a", "killer", through)) ++lives;
  EXPECT_EQ(handled_, Names{"after"});
  EXPECT_EQ(Dead(), 1);
}

// Replicas that sleep: stopped, swapped out, on a machine that was paused.
class SleepingTest : public GroupTest {
 protected:
  // A replica on a loop of its own, which sleeps whenever that is not run.
  struct Sleeper {
    asio::io_context loop;
    std::unique_ptr<redis::Client> client;
    Recorder recorder;
    std::unique_ptr<GroupConsumer> consumer;
    bool ended = false;
  };
  std::unique_ptr<Sleeper> NewSleeper(const std::string& name) {
    auto sleeper = std::make_unique<Sleeper>();
    sleeper->client = testing::Run(sleeper->loop, redis::Connect(sleeper->loop, config())).value();
    Handler handler = [one = sleeper.get()](const Delivery& delivery) {
      return one->recorder.handler()(delivery);
    };
    sleeper->consumer = NewGroupConsumer(sleeper->loop, *sleeper->client, SystemClock(),
                                         Options(name), std::move(handler));
    asio::co_spawn(sleeper->loop, sleeper->consumer->Run(),
                   [one = sleeper.get()](std::exception_ptr) { one->ended = true; });
    return sleeper;
  }
  bool Wake(Sleeper& sleeper, const std::function<bool()>& until) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!until() && std::chrono::steady_clock::now() < end) {
      sleeper.loop.restart();
      sleeper.loop.run_for(std::chrono::milliseconds(1));
      loop_.restart();
      loop_.run_for(std::chrono::milliseconds(1));
    }
    return until();
  }
  void End(Sleeper& sleeper) {
    sleeper.consumer->Stop();
    EXPECT_TRUE(Wake(sleeper, [&] { return sleeper.ended; }));
    testing::Run(sleeper.loop, sleeper.client->Close());
  }
  std::string Cursor() {
    const std::string key = "{01}" + service_ + ":cursors";
    return Do(key, {"HGET", key, group_}).text;
  }
};

// It once went on from where it had been, over events that others had handled, and put its old
// cursor over theirs.
TEST_P(SleepingTest, WhoWakesGoesOnWhereTheOthersAre) {
  const auto sleeper = NewSleeper("a");
  ASSERT_TRUE(Wake(*sleeper, [&] { return sleeper->consumer->stats().shards == kShards; }));
  for (int i = 0; i < 5; ++i) Emit(1, "early" + std::to_string(i));
  ASSERT_TRUE(Wake(*sleeper, [&] { return sleeper->recorder.names.size() == 5; }));
  // It has read these and not handled them when it falls asleep.
  sleeper->recorder.Hold();
  for (int i = 0; i < 40; ++i) Emit(1, "late" + std::to_string(i));
  ASSERT_TRUE(Wake(*sleeper, [&] { return sleeper->recorder.delivered.size() == 6; }));

  Recorder recorder;
  const auto other = New(recorder, "b");
  const auto other_runs = Start(*other);
  ASSERT_TRUE(Await([&] { return other->stats().shards == kShards && Lag().unread == 0; }));
  ASSERT_EQ(recorder.names.back(), "late39");
  const detail::Cursor theirs = detail::ParseCursor(Cursor());

  sleeper->recorder.Release();
  ASSERT_TRUE(Wake(*sleeper, [&] { return sleeper->consumer->stats().shards == 2; }));
  EXPECT_EQ(sleeper->recorder.names.size(), 6u) << "only what was under way";
  const size_t handled = sleeper->recorder.names.size() + recorder.names.size();
  for (int shard = 0; shard < kShards; ++shard) Emit(shard, "new" + std::to_string(shard));
  ASSERT_TRUE(Wake(*sleeper, [&] {
    return sleeper->recorder.names.size() + recorder.names.size() == handled + kShards;
  }));
  ASSERT_TRUE(Wake(*sleeper, [&] { return Lag().unread == 0; }));
  EXPECT_TRUE(detail::IdLess(theirs.id, detail::ParseCursor(Cursor()).id)) << Cursor();
  EXPECT_EQ(detail::ParseCursor(Cursor()).count, theirs.count + 1);
  End(*sleeper);
}

// Also where the sleeper's clock stood still, so that it does not know of its sleep.
TEST_P(SleepingTest, AnOldCursorIsNeverPutOverANewerOne) {
  Recorder recorder;
  const auto consumer = New(recorder, "a");
  const auto consumer_runs = Start(*consumer);
  Emit(1, "first");
  ASSERT_TRUE(Await([&] { return recorder.names.size() == 1 && Lag().unread == 0; }));
  // Another one takes the shard behind its back, and goes further.
  const std::string key = "{01}" + service_ + ":cursors";
  const detail::Cursor mine = detail::ParseCursor(Cursor());
  const std::string theirs = detail::Format({"9999999999999-7", mine.count + 10, mine.term + 1});
  Do(key, {"HSET", key, group_, theirs});
  Emit(1, "second");
  ASSERT_TRUE(Await([&] { return recorder.names.size() == 2; }));
  // It notices, lets go, and takes the shard anew, where the other one has got to.
  ASSERT_TRUE(Await([&] { return detail::ParseCursor(Cursor()).term == mine.term + 2; }));
  EXPECT_EQ(detail::ParseCursor(Cursor()).id, "9999999999999-7");
  EXPECT_EQ(detail::ParseCursor(Cursor()).count, mine.count + 10);
}

constexpr auto kNames = [](const ::testing::TestParamInfo<bool>& info) {
  return info.param ? std::string("Cluster") : std::string("Standalone");
};
INSTANTIATE_TEST_SUITE_P(All, GroupTest, ::testing::Values(false, true), kNames);
INSTANTIATE_TEST_SUITE_P(All, DyingTest, ::testing::Values(false, true), kNames);
INSTANTIATE_TEST_SUITE_P(All, SleepingTest, ::testing::Values(false, true), kNames);

}  // namespace
}  // namespace baodao::events
