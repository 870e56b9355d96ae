// Fault injection: what simulations build on. The contract itself is tested in integration/store.
#include "common/store/memory_store.h"

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::store {
namespace {

using Kind = CommitOutcome::Kind;

class MemoryStoreTest : public ::testing::Test {
 protected:
  Commit Putting(uint64_t expected, std::string bytes) {
    Commit commit(1);
    commit.Put(key_, expected, std::move(bytes));
    return commit;
  }
  absl::StatusOr<CommitOutcome> Apply(Commit commit) {
    return testing::Run(loop_, store_.Apply(std::move(commit)));
  }
  void Inject(Fault fault) {
    store_.SetFaults([this, fault](std::string_view method, std::string_view key) {
      asked_ += std::string(method) + " " + std::string(key) + ";";
      return fault;
    });
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  MemoryData data_;
  Keys keys_{"test", 4};
  MemoryStore store_{keys_, data_, clock_};
  std::string key_ = keys_.Of(1, "task", "a");
  std::string asked_;
};

TEST_F(MemoryStoreTest, FailingBeforeDoesNothing) {
  Inject({.fail_before = true});
  EXPECT_THAT(Apply(Putting(0, "x")), testing::IsRefusal(Reason::STORE_UNAVAILABLE));
  EXPECT_EQ(asked_, "Apply {01}test:task:a;");
  EXPECT_FALSE(data_.ReadRecord(key_, clock_.Now()).exists());
}

TEST_F(MemoryStoreTest, FailingAfterHasHappened) {
  Inject({.fail_after = true});
  EXPECT_THAT(Apply(Putting(0, "x")), testing::IsRefusal(Reason::STORE_UNAVAILABLE));
  EXPECT_TRUE(data_.ReadRecord(key_, clock_.Now()).exists());
}

TEST_F(MemoryStoreTest, InjectedConflict) {
  Inject({.conflict = true});
  EXPECT_EQ(Apply(Putting(0, "x"))->kind, Kind::kConflict);
  EXPECT_FALSE(data_.ReadRecord(key_, clock_.Now()).exists());
}

// Callers rely on it: a timer alone is set, or the store is not there.
TEST_F(MemoryStoreTest, WhatExpectsNoVersionDoesNotConflict) {
  Inject({.conflict = true});
  Commit commit(1);
  commit.SetTimer("late|a", clock_.Now());
  EXPECT_EQ(Apply(std::move(commit))->kind, Kind::kApplied);
  EXPECT_NE(data_.FindIndex(store_.keys().Timers(1)), nullptr);
}

TEST_F(MemoryStoreTest, ACommitThatComesTwiceIsAppliedOnce) {
  Inject({.twice = true});
  Commit commit = Putting(0, "x");
  commit.Emit("event");
  EXPECT_EQ(Apply(std::move(commit))->kind, Kind::kApplied);
  EXPECT_EQ(data_.ReadRecord(key_, clock_.Now()).version, 1u);
  EXPECT_EQ(data_.FindStream("{01}test:events")->entries.size(), 1u);
}

// An outcome nobody knows must not stay in memory as if it were known.
TEST_F(MemoryStoreTest, DoubtClearsTheMemory) {
  EXPECT_EQ(Apply(Putting(0, "one"))->kind, Kind::kApplied);
  Inject({.fail_after = true});
  EXPECT_FALSE(Apply(Putting(1, "two")).ok());
  store_.SetFaults({});
  EXPECT_EQ(testing::Run(loop_, store_.Get(key_, Read::kRecent))->bytes, "two");
}

TEST_F(MemoryStoreTest, DelaysUseTheSimulationsClock) {
  Inject({.delay = Millis(250)});
  std::optional<Kind> kind;
  const auto apply = [&]() -> Task<void> {
    absl::StatusOr<CommitOutcome> outcome = co_await store_.Apply(Putting(0, "x"));
    kind = outcome->kind;
  };
  asio::co_spawn(loop_, apply(), asio::detached);
  loop_.poll();
  clock_.Advance(Millis(249));
  loop_.restart();
  loop_.poll();
  EXPECT_FALSE(kind);
  clock_.Advance(Millis(1));
  loop_.restart();
  loop_.poll();
  EXPECT_EQ(kind, Kind::kApplied);
}

TEST_F(MemoryStoreTest, ServicesSeeEachOthersEvents) {
  MemoryStore other(Keys("other", 4), data_, clock_);
  std::vector<std::string> appended;
  const uint64_t listener =
      data_.OnAppend([&](const std::string& key) { appended.push_back(key); });
  Commit commit(1);
  commit.Emit("event");
  EXPECT_THAT(Apply(std::move(commit)), testing::IsOk());
  data_.RemoveListener(listener);
  EXPECT_EQ(appended, std::vector<std::string>{"{01}test:events"});
  EXPECT_EQ(testing::Run(loop_, other.ReadStream("{01}test:events", "", false, 9))->size(), 1u);
}

}  // namespace
}  // namespace baodao::store
