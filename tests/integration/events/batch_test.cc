// Events handled in batches, and groups that keep their own record of what they have handled.
#include <algorithm>
#include <set>

#include "common/events/detail/streams.h"
#include "common/events/rewind.h"
#include "common/testing/matchers.h"
#include "tests/integration/events/events_fixture.h"

namespace baodao::events {
namespace {

using Names = std::vector<std::string>;

class BatchTest : public EventsTest {
 protected:
  std::unique_ptr<GroupConsumer> New(std::string name = "a") {
    return NewBatchConsumer(loop_, client(), SystemClock(), Options(std::move(name)),
                            [this](std::vector<Delivery> batch) { return Handle(batch); });
  }
  Task<absl::Status> Handle(std::vector<Delivery> batch) {
    ++calls_;
    for (const Delivery& delivery : batch) {
      const std::string& name = delivery.event.actor_id();
      if (bad_.contains(name)) co_return failure_;
    }
    for (const Delivery& delivery : batch) {
      passed_.push_back(delivery);
      if (delivery.event.actor_id().empty()) continue;  // a dead letter
      names_.push_back(delivery.event.actor_id());
    }
    largest_ = std::max(largest_, batch.size());
    co_return absl::OkStatus();
  }
  void EmitAll(int shard, int count) {
    store::Commit commit(shard);
    for (int i = 0; i < count; ++i) {
      v1::Event event;
      event.set_actor_id(std::to_string(i));
      commit.Emit(event.SerializeAsString());
      expected_.push_back(event.actor_id());
    }
    Ok(store().Apply(std::move(commit)));
  }
  GroupLag Lag() { return Ok(ReadGroupLag(client(), SystemClock(), group_, {service_}, kShards)); }
  void RewindTo(const std::string& id) {
    const absl::Status status = Run(Rewind(client(), group_, service_, 1, id));
    EXPECT_THAT(status, testing::IsOk());
  }
  // How often a command was called, on all primaries.
  int64_t Calls(const std::string& command) {
    redis::Command info = redis::Command::Any("INFO", "commandstats");
    int64_t calls = 0;
    for (const auto& reply : Run(client().CallPrimaries(std::move(info)))) {
      const std::string field = "cmdstat_" + command + ":calls=";
      const size_t at = Ok(reply).text.find(field);
      if (at != std::string::npos) calls += std::stoll(reply->text.substr(at + field.size()));
    }
    return calls;
  }
  std::string IdOf(int shard, int index) {
    const std::string key = store().keys().Events(shard);
    return Do(key, {"XRANGE", key, "-", "+"}).items.at(static_cast<size_t>(index)).items[0].text;
  }

  Names names_, expected_;
  std::vector<Delivery> passed_;
  std::set<std::string> bad_;
  absl::Status failure_ = absl::InternalError("no");
  int calls_ = 0;
  size_t largest_ = 0;
};

TEST_P(BatchTest, WhatIsThereComesTogetherAndInOrder) {
  EmitAll(1, 200);
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return names_.size() == 200; }));
  EXPECT_EQ(names_, expected_);
  EXPECT_GT(largest_, 50u);
  EXPECT_LT(calls_, 10);
  EXPECT_EQ(consumer->stats().handled, 200u);
  EXPECT_TRUE(Await([&] { return Lag().unread == 0; }));
}

// It used to run on for ever when it was stopped before Redis had said what it is.
TEST_P(BatchTest, OneThatIsStoppedAtOnceEnds) {
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  loop_.restart();
  loop_.poll();
  Stop(*consumer);
}

TEST_P(BatchTest, OnlyTheGuiltyOneOfABatchBecomesADeadLetter) {
  EmitAll(1, 30);
  bad_ = {"17"};
  std::erase(expected_, "17");
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return names_.size() == 29; }));
  EXPECT_EQ(names_, expected_);
  EXPECT_EQ(consumer->stats().dead_letters, 1u);
  EXPECT_TRUE(Await([&] { return Lag().unread == 0; }));
}

TEST_P(BatchTest, AfterAnOutageTheRestComesTogetherAgain) {
  EmitAll(1, 30);
  bad_ = {"10"};
  failure_ = absl::UnavailableError("away");
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  // The first alone, then the others in vain.
  EXPECT_TRUE(Await([&] { return calls_ > 4; }));
  bad_.clear();
  EXPECT_TRUE(Await([&] { return names_.size() == 30; }));
  EXPECT_EQ(names_, expected_);
  EXPECT_GT(largest_, 15u);
  EXPECT_EQ(consumer->stats().dead_letters, 0u);
}

TEST_P(BatchTest, EveryEventNamesTheOneBefore) {
  EmitAll(1, 30);
  bad_ = {"17"};
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return names_.size() == 29; }));
  Emit(1, "last");
  EXPECT_TRUE(Await([&] { return names_.size() == 30; }));
  std::string before = "0-0";
  for (const Delivery& delivery : passed_) {
    EXPECT_EQ(delivery.previous, before) << delivery.id;
    before = delivery.id;
  }
  EXPECT_EQ(passed_.size(), 31u) << "the dead letter, too";
}

// A group that keeps a position of its own must not stand before it for ever.
TEST_P(BatchTest, TheHandlerHearsOfADeadLetterAtTheEnd) {
  EmitAll(1, 2);
  store::Commit commit(1);
  commit.Emit("\xff\xff");
  Ok(store().Apply(std::move(commit)));
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return passed_.size() == 3; }));
  EXPECT_EQ(passed_.back().id, IdOf(1, 2));
  EXPECT_EQ(passed_.back().event.change_case(), v1::Event::CHANGE_NOT_SET);
  EXPECT_EQ(names_, expected_);
  EXPECT_EQ(consumer->stats().dead_letters, 1u);
}

// It goes on to where it is set back to, also when nothing comes.
TEST_P(BatchTest, ARewoundGroupGoesOnFromThereAlsoWhileItRests) {
  EmitAll(1, 20);
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return names_.size() == 20 && Lag().unread == 0; }));
  names_.clear();
  EXPECT_EQ(Ok(CursorIds(client(), group_, service_, kShards)).at(1), IdOf(1, 19));
  RewindTo(IdOf(1, 14));
  EXPECT_TRUE(Await([&] { return names_.size() == 5; }));
  EXPECT_EQ(names_, (Names{"15", "16", "17", "18", "19"}));
  EXPECT_TRUE(Await([&] { return Lag().unread == 0; }));
  Emit(1, "more");
  EXPECT_TRUE(Await([&] { return names_.size() == 6; }));
}

TEST_P(BatchTest, AfterARewindEveryEventIsCountedAgain) {
  for (int i = 0; i < 5; ++i) EmitAll(1, 500);
  RewindTo(IdOf(1, 14));
  EXPECT_EQ(Lag().unread, 2'500) << "it never began";
  const auto consumer = New();
  {
    const auto consumer_runs = Start(*consumer);
    EXPECT_TRUE(Await([&] { return names_.size() == 2'500 && Lag().unread == 0; }));
  }
  RewindTo(IdOf(1, 14));
  EXPECT_EQ(Lag().unread, 2'485);
}

TEST_P(BatchTest, ARewindNeverGoesForward) {
  EmitAll(1, 3);
  RewindTo(IdOf(1, 1));
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return names_.size() == 3 && Lag().unread == 0; }));
  RewindTo("99999999999999-0");
  Emit(1, "more");
  EXPECT_TRUE(Await([&] { return names_.size() == 4; }));
}

// Their whole texts went to Redis with each call, a hundred a second where nothing happened.
TEST_P(BatchTest, ScriptsAreSentInFullOnlyToWhomTheyAreNew) {
  EmitAll(1, 5);
  const auto consumer = New();
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return names_.size() == 5 && Lag().unread == 0; }));
  Ok(LastIds(client(), service_, kShards));
  // It rests: several times over, each shard is looked at.
  const auto rest = [&] {
    const int64_t before = Calls("evalsha");
    return Await([&] { return Calls("evalsha") > before + 5 * kShards; });
  };
  EXPECT_TRUE(rest()) << "on each node for the first time";
  const int64_t in_full = Calls("eval");
  EXPECT_TRUE(rest());
  Ok(LastIds(client(), service_, kShards));
  EXPECT_EQ(Calls("eval"), in_full);
  // As a server that was started, or has taken over.
  redis::Command forget = redis::Command::Any("SCRIPT", "FLUSH");
  for (const auto& reply : Run(client().CallPrimaries(std::move(forget)))) Ok(reply);
  Emit(1, "more");
  EXPECT_TRUE(Await([&] { return names_.size() == 6 && Lag().unread == 0; }));
  EXPECT_EQ(Ok(LastIds(client(), service_, kShards)).at(1), IdOf(1, 5));
  EXPECT_GT(Calls("eval"), in_full);
}

TEST_P(BatchTest, AStreamTellsFromWhereOnItIsComplete) {
  EmitAll(1, 3);
  const std::string first = IdOf(1, 0), second = IdOf(1, 1), third = IdOf(1, 2);
  const auto complete_from = [this](const std::string& id, int shard = 1) {
    return Ok(CompleteFrom(client(), service_, shard, id));
  };
  EXPECT_EQ(complete_from("0-0"), "0-0");
  const std::string key = store().keys().Events(1);
  Do(key, {"XTRIM", key, "MAXLEN", "2"});
  EXPECT_EQ(complete_from("0-0"), second);
  EXPECT_EQ(complete_from(first), second);
  EXPECT_EQ(complete_from(second), "0-0");
  Do(key, {"XTRIM", key, "MAXLEN", "0"});
  EXPECT_EQ(complete_from(second), third);
  EXPECT_EQ(complete_from(third), "0-0");
  EXPECT_EQ(complete_from("0-0", 0), "0-0") << "of a stream without events";
  EXPECT_EQ(Ok(LastIds(client(), service_, kShards)), (Names{"0-0", third, "0-0", "0-0"}));
}

INSTANTIATE_TEST_SUITE_P(All, BatchTest, ::testing::Values(false, true), [](const auto& info) {
  return info.param ? std::string("Cluster") : std::string("Standalone");
});

}  // namespace
}  // namespace baodao::events
