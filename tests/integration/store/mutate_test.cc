// Load, decide, commit: under races, repeats and lost answers.
#include "common/store/mutate.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "baodao/dispatch/v1/task.pb.h"
#include "common/store/detail/binary.h"
#include "common/testing/matchers.h"
#include "tests/integration/store/contract.h"

namespace baodao::store {
namespace {

using Kind = CommitOutcome::Kind;
using Response = dispatch::v1::SignInCode;  // any message with a text
using Decided = absl::StatusOr<Decision<Response>>;

dispatch::v1::CancelTaskRequest MakeRequest(std::string id, std::string reason = "rain") {
  dispatch::v1::CancelTaskRequest request;
  request.set_request_id(std::move(id));
  request.set_reason(std::move(reason));
  return request;
}

class MutateTest : public ContractTest {
 protected:
  RequestKey KeyOf(const std::string& id, const std::string& reason = "rain") {
    return MakeRequestKey("per_1", "Cancel", MakeRequest(id, reason));
  }

  // Adds one to the number in the record, and answers it; refuses from `limit` on.
  Task<Decided> Count(Store* store, int limit, Read read) {
    ++decisions_;
    absl::StatusOr<Stored> stored = co_await store->Get(counter(), read);
    if (!stored.ok()) co_return stored.status();
    const int value = stored->exists() ? std::stoi(stored->bytes) : 0;
    if (value >= limit) co_return Refuse(Reason::TASK_FULL);
    Decision<Response> decision{Commit(3), {}};
    decision.commit.Put(counter(), stored->version, std::to_string(value + 1));
    decision.commit.Emit(std::to_string(value + 1));
    decision.response.set_code(std::to_string(value + 1));
    co_return decision;
  }

  // The code answered, or the reason refused for.
  Task<std::string> Increment(Store* store, RequestKey request, int limit = 1'000'000,
                              bool recent = false, int caller_shard = 3) {
    absl::StatusOr<Response> response;
    if (recent) {
      response =
          co_await MutateRecent<Response>(*store, request, caller_shard, 3,
                                          std::bind_front(&MutateTest::Count, this, store, limit));
    } else {
      response = co_await Mutate<Response>(
          *store, request, caller_shard, 3,
          std::bind_front(&MutateTest::Count, this, store, limit, Read::kFresh));
    }
    if (response.ok()) co_return response->code();
    const std::optional<Reason> reason = ReasonOf(response.status());
    co_return reason ? std::string(Name(*reason)) : response.status().ToString();
  }

  std::string counter() const { return Key("counter", "hot"); }
  int value() { return Get(counter()).exists() ? std::stoi(Get(counter()).bytes) : 0; }

  int decisions_ = 0;
};

TEST_P(MutateTest, FingerprintsCoverMethodAndRequest) {
  const RequestKey key = KeyOf("r1");
  EXPECT_EQ(key.caller, "per_1");
  EXPECT_EQ(key.request_id, "r1");
  EXPECT_EQ(key.fingerprint, KeyOf("r1").fingerprint);
  EXPECT_NE(key.fingerprint, KeyOf("r1", "snow").fingerprint);
  EXPECT_NE(key.fingerprint, MakeRequestKey("per_1", "Close", MakeRequest("r1")).fingerprint);
}

TEST_P(MutateTest, AnswersARepeatAsTheFirstTime) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"))), "1");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r2"))), "2");
  EXPECT_EQ(Run(Increment(&replica(), KeyOf("r1"))), "1");
  EXPECT_EQ(value(), 2);
}

TEST_P(MutateTest, AnotherPayloadIsRefused) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"))), "1");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1", "snow"))), "REQUEST_ID_REUSED");
  EXPECT_EQ(value(), 1);
}

// The first try succeeded and its answer was lost: deciding anew would refuse.
TEST_P(MutateTest, ARefusalLooksForTheAnswerFirst) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 1)), "1");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 1)), "1");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r2"), 1)), "TASK_FULL");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1", "snow"), 1)), "REQUEST_ID_REUSED");
}

TEST_P(MutateTest, RefusalsAreDecidedAnew) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 0)), "TASK_FULL");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 5)), "1");
}

// Two records in different shards, one request_id: the mark in the caller's shard tells.
TEST_P(MutateTest, ReuseIsNoticedAcrossShards) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 9, false, 8)), "1");
  const auto elsewhere = [this]() -> Task<Decided> {
    Decision<Response> decision{Commit(5), {}};
    decision.commit.Put(Key("task", "other", 5), 0, "x");
    co_return decision;
  };
  const absl::StatusOr<Response> response =
      Run(Mutate<Response>(store(), KeyOf("r1", "snow"), 8, 5, elsewhere));
  EXPECT_THAT(response, testing::IsRefusal(Reason::REQUEST_ID_REUSED)) << response.status();
  EXPECT_FALSE(Get(Key("task", "other", 5)).exists());
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 9, false, 8)), "1") << "the repeat still works";
}

TEST_P(MutateTest, EndlessConflictsEnd) {
  const auto always_stale = [this]() -> Task<Decided> {
    ++decisions_;
    Decision<Response> decision{Commit(3), {}};
    decision.commit.Put(counter(), 77, "x");
    co_return decision;
  };
  const absl::StatusOr<Response> response =
      Run(Mutate<Response>(store(), KeyOf("r1"), 3, always_stale));
  EXPECT_THAT(response, testing::IsRefusal(Reason::CONFLICT_RETRY)) << response.status();
  EXPECT_EQ(decisions_, 8);
}

// A record was as asked; another call changed it; the first one sent again must not.
TEST_P(MutateTest, NothingToWriteIsAnAnswerThatIsKept) {
  std::string word = "same";
  const auto set_same = [&]() -> Task<Decided> {
    Decision<Response> decision{Commit(3), {}};
    if (word != "same") decision.commit.SetField(Key("hash", "word"), "f", "same");
    decision.response.set_code(word);
    co_return decision;
  };
  const auto send = [&](Store& store, const std::string& reason) {
    return Run(Mutate<Response>(store, KeyOf("r1", reason), 8, 3, set_same));
  };
  EXPECT_EQ(send(store(), "rain")->code(), "same");
  word = "other";
  EXPECT_EQ(send(replica(), "rain")->code(), "same");
  EXPECT_TRUE(Ok(store().ListFields(Key("hash", "word"))).empty());
  EXPECT_THAT(send(store(), "snow"), testing::IsRefusal(Reason::REQUEST_ID_REUSED));
}

// No version proves what is only remembered.
TEST_P(MutateTest, NothingToWriteIsNotDecidedOnMemory) {
  std::vector<Read> reads;
  const auto nothing = [&](Read read) -> Task<Decided> {
    reads.push_back(read);
    co_return Decision<Response>{Commit(3), {}};
  };
  EXPECT_THAT(Run(MutateRecent<Response>(store(), KeyOf("r1"), 3, 3, nothing)), testing::IsOk());
  EXPECT_EQ(reads, (std::vector<Read>{Read::kRecent, Read::kFresh}));
}

TEST_P(MutateTest, ARefusedCallLeavesNothingBehind) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 0, false, 8)), "TASK_FULL");
  EXPECT_EQ(Ok(store().MarkRequest(8, KeyOf("r1", "snow"))), Marking::kNew);
  const auto always_stale = [this]() -> Task<Decided> {
    Decision<Response> decision{Commit(3), {}};
    decision.commit.Put(counter(), 77, "x");
    co_return decision;
  };
  const auto stale = Run(Mutate<Response>(store(), KeyOf("r2"), 8, 3, always_stale));
  EXPECT_THAT(stale, testing::IsRefusal(Reason::CONFLICT_RETRY)) << stale.status();
  EXPECT_EQ(Ok(store().MarkRequest(8, KeyOf("r2", "snow"))), Marking::kNew);
}

// The second call is told of the reuse, not of the refusal that it would get anyway.
TEST_P(MutateTest, ReuseIsNoticedAcrossShardsAlsoWhereTheSecondIsRefused) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 9, false, 8)), "1");
  const auto refuse = []() -> Task<Decided> { co_return Refuse(Reason::TASK_FULL); };
  const auto second = Run(Mutate<Response>(store(), KeyOf("r1", "snow"), 8, 5, refuse));
  EXPECT_THAT(second, testing::IsRefusal(Reason::REQUEST_ID_REUSED)) << second.status();
}

TEST_P(MutateTest, RecentReadsSaveAReadAndAreNeverTheLastWord) {
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r1"), 9, true)), "1");
  // The other replica knows nothing of it; this one then has an outdated memory.
  EXPECT_EQ(Run(Increment(&replica(), KeyOf("r2"), 9, true)), "2");
  decisions_ = 0;
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r3"), 9, true)), "3");
  EXPECT_EQ(decisions_, 2) << "decided on memory, conflicted, read again";
  decisions_ = 0;
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r4"), 9, true)), "4");
  EXPECT_EQ(decisions_, 1) << "memory was right";
  // Somebody makes room: a refusal must not come from memory.
  Overwrite(counter(), "9");
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r5"), 9, true)), "TASK_FULL");
  Commit lowered(3);
  lowered.Put(counter(), Get(counter()).version, "2");
  EXPECT_EQ(Ok(replica().Apply(lowered)).kind, Kind::kApplied);
  EXPECT_EQ(Run(Increment(&store(), KeyOf("r6"), 9, true)), "3");
}

// Many tasks on two replicas count one record up: nothing is lost, nothing doubled.
TEST_P(MutateTest, ConcurrentIncrementsLoseNothing) {
  constexpr int kTasks = 24, kEach = 10;
  int done = 0, refused = 0;
  const auto work = [&](int task) -> Task<void> {
    for (int i = 0; i < kEach;) {
      const std::string id = "t" + std::to_string(task) + "-" + std::to_string(i);
      Store* const store = (task + i) % 2 == 0 ? &this->store() : &replica();
      const std::string code = co_await Increment(store, KeyOf(id), 1'000'000, task % 3 == 0);
      if (code == "CONFLICT_RETRY") {
        ++refused;
        continue;
      }
      ++i;
      EXPECT_LE(std::stoi(code), kTasks * kEach);
    }
    ++done;
  };
  for (int task = 0; task < kTasks; ++task) {
    asio::co_spawn(loop_, work(task), asio::detached);
  }
  const auto wait = [&]() -> Task<void> {
    while (done < kTasks) co_await SystemClock().SleepFor(Millis(1));
  };
  Run(wait());
  EXPECT_EQ(value(), kTasks * kEach);
  EXPECT_EQ(Get(counter()).version, static_cast<uint64_t>(kTasks * kEach));
  const auto events = Ok(store().ReadStream(store_keys().Events(3), "", false, 10'000));
  ASSERT_EQ(events.size(), static_cast<size_t>(kTasks * kEach));
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].bytes, std::to_string(i + 1));
}

TEST_P(MutateTest, TheSameRequestAHundredTimesAtOnce) {
  std::vector<std::string> answers;
  const auto send = [&](int i) -> Task<void> {
    std::string answer = "CONFLICT_RETRY";
    while (answer == "CONFLICT_RETRY") {
      answer = co_await Increment(i % 2 ? &store() : &replica(), KeyOf("same"));
    }
    answers.push_back(answer);
  };
  for (int i = 0; i < 100; ++i) asio::co_spawn(loop_, send(i), asio::detached);
  const auto wait = [&]() -> Task<void> {
    while (answers.size() < 100) co_await SystemClock().SleepFor(Millis(1));
  };
  Run(wait());
  for (const std::string& answer : answers) EXPECT_EQ(answer, "1");
  EXPECT_EQ(value(), 1);
}

// Two copies of a request at once, by a hook of the memory double: another one between two steps.
class MutateRaceTest : public MutateTest {
 protected:
  // Before the store's next call of `method`, `other` runs to its end.
  static void Between(Store& store, std::string method, std::function<void()> other) {
    static_cast<MemoryStore&>(store).SetFaults(
        [method = std::move(method), other = std::move(other), done = false](
            std::string_view called, std::string_view) mutable {
          Fault fault;
          if (called != method || std::exchange(done, true)) return fault;
          other();
          fault.yield = true;
          return fault;
        });
  }
  // A caller of shard 8 whose record, in shard 3, others change and then fill.
  Task<Decided> ConflictThenRefuse() {
    if (decisions_++ > 0) co_return Refuse(Reason::TASK_FULL);
    Decision<Response> decision{Commit(3), {}};
    decision.commit.Put(counter(), 77, "x");
    co_return decision;
  }
  Marking MarkOfAnother() { return Ok(store().MarkRequest(8, KeyOf("r1", "snow"))); }
};

INSTANTIATE_TEST_SUITE_P(All, MutateRaceTest, ::testing::Values(Backend::kMemory), BackendName);

// The first one marked the request, is refused and takes the mark back; its copy was answered.
TEST_P(MutateRaceTest, ARefusedCopyLeavesTheMarkOfAnAnsweredOne) {
  std::string copied;
  const auto copy = [&]() -> Task<void> {
    copied = co_await Increment(&replica(), KeyOf("r1"), 9, false, 8);
  };
  Between(store(), "Unmark", [&] { asio::co_spawn(loop_, copy(), asio::detached); });
  const absl::StatusOr<Response> response =
      Run(Mutate<Response>(store(), KeyOf("r1"), 8, 3, [this] { return ConflictThenRefuse(); }));
  ASSERT_THAT(response, testing::IsOk());
  EXPECT_EQ(response->code(), "1");
  EXPECT_EQ(copied, "1");
  EXPECT_EQ(MarkOfAnother(), Marking::kReused);
}

TEST_P(MutateRaceTest, AMarkTakenBackBeforeTheCopyIsAnsweredIsMadeAgain) {
  EXPECT_EQ(Ok(store().MarkRequest(8, KeyOf("r1"))), Marking::kNew);
  std::string refused;
  const auto refuse = [&]() -> Task<void> {
    const auto answer = co_await UnmarkRefused(store(), 8, 3, KeyOf("r1"));
    refused = answer.ok() && !answer->has_value() ? "unanswered" : "";
  };
  Between(replica(), "Apply", [&] { asio::co_spawn(loop_, refuse(), asio::detached); });
  EXPECT_EQ(Run(Increment(&replica(), KeyOf("r1"), 9, false, 8)), "1");
  EXPECT_EQ(refused, "unanswered");
  EXPECT_EQ(MarkOfAnother(), Marking::kReused);
}

INSTANTIATE_TEST_SUITE_P(All, MutateTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis, Backend::kCluster),
                         BackendName);

}  // namespace
}  // namespace baodao::store
