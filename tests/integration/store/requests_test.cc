// The same request_id has one effect and gets the same answer.
#include "common/testing/matchers.h"
#include "tests/integration/store/contract.h"

namespace baodao::store {
namespace {

using Kind = CommitOutcome::Kind;

class RequestsTest : public ContractTest {
 protected:
  Commit Creating(const std::string& id, RequestKey request, std::string answer) {
    Commit commit(3);
    commit.Put(Key("task", id), 0, id);
    commit.Answer(std::move(request), std::move(answer));
    return commit;
  }
};

TEST_P(RequestsTest, AKnownRequestAnswersAsBefore) {
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "first")), Kind::kApplied);
  const CommitOutcome outcome = Apply(Creating("b", Request("r"), "second"));
  ASSERT_EQ(outcome.kind, Kind::kReplayed);
  ASSERT_EQ(outcome.replays.size(), 1u);
  EXPECT_EQ(outcome.replays[0].request, 0u);
  EXPECT_TRUE(outcome.replays[0].same_payload);
  EXPECT_EQ(outcome.replays[0].answer, "first");
  EXPECT_FALSE(Get(Key("task", "b")).exists());
}

// A replay wins over a conflict: the first try is what made the record newer.
TEST_P(RequestsTest, ReplayComesBeforeConflict) {
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "first")), Kind::kApplied);
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "again")), Kind::kReplayed);
}

TEST_P(RequestsTest, AnEmptyAnswerIsAnAnswer) {
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "")), Kind::kApplied);
  EXPECT_EQ(ApplyKind(Creating("b", Request("r"), "")), Kind::kReplayed);
  ASSERT_TRUE(Ok(store().FindAnswer(3, Request("r"))));
}

TEST_P(RequestsTest, AnotherPayloadIsNoticed) {
  EXPECT_EQ(ApplyKind(Creating("a", Request("r", 1), "first")), Kind::kApplied);
  const CommitOutcome outcome = Apply(Creating("b", Request("r", 2), "second"));
  ASSERT_EQ(outcome.kind, Kind::kReplayed);
  EXPECT_FALSE(outcome.replays[0].same_payload);
  EXPECT_EQ(outcome.replays[0].answer, "");
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r", 2)))->same_payload);
}

TEST_P(RequestsTest, RequestsOfOthersDoNotMeet) {
  EXPECT_EQ(ApplyKind(Creating("a", {"per_1", "r", 1}, "x")), Kind::kApplied);
  EXPECT_EQ(ApplyKind(Creating("b", {"per_2", "r", 1}, "x")), Kind::kApplied);
  EXPECT_EQ(ApplyKind(Creating("c", {"per_1", "r2", 1}, "x")), Kind::kApplied);
}

TEST_P(RequestsTest, AConflictForgetsTheRequest) {
  Overwrite(Key("task", "a"), "there");
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "x")), Kind::kConflict);
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r"))));
  EXPECT_EQ(ApplyKind(Creating("b", Request("r", 99), "x")), Kind::kApplied);
}

TEST_P(RequestsTest, ABatchNamesAllItsReplaysAndWritesNothing) {
  EXPECT_EQ(ApplyKind(Creating("a", Request("r1", 1), "one")), Kind::kApplied);
  EXPECT_EQ(ApplyKind(Creating("b", Request("r3", 3), "three")), Kind::kApplied);
  Commit batch(3);
  batch.Put(Key("task", "c"), 0, "c");
  batch.Answer(Request("r0", 0), "new 0");
  batch.Answer(Request("r1", 1), "new 1");
  batch.Answer(Request("r2", 2), "new 2");
  batch.Answer(Request("r3", 33), "new 3");
  const CommitOutcome outcome = Apply(batch);
  ASSERT_EQ(outcome.kind, Kind::kReplayed);
  ASSERT_EQ(outcome.replays.size(), 2u);
  EXPECT_EQ(outcome.replays[0].request, 1u);
  EXPECT_EQ(outcome.replays[0].answer, "one");
  EXPECT_EQ(outcome.replays[1].request, 3u);
  EXPECT_FALSE(outcome.replays[1].same_payload);
  EXPECT_FALSE(Get(Key("task", "c")).exists());
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r0", 0))));
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r2", 2))));
}

TEST_P(RequestsTest, ALargeBatchAnswersEveryRequest) {
  Commit batch(3);
  batch.Put(Key("task", "hot"), 0, "x");
  for (int i = 0; i < 300; ++i) {
    const std::string id = std::to_string(i);
    batch.Answer(Request("r" + id, i), "answer " + id);
    batch.SetField(Key("assignments", "hot"), "per_" + id, id);
    batch.Emit("event " + id);
  }
  EXPECT_EQ(ApplyKind(std::move(batch)), Kind::kApplied);
  EXPECT_EQ(Ok(store().FindAnswer(3, Request("r0", 0)))->answer, "answer 0");
  EXPECT_EQ(Ok(store().FindAnswer(3, Request("r299", 299)))->answer, "answer 299");
  EXPECT_EQ(Ok(store().ListFields(Key("assignments", "hot"))).size(), 300u);
  const auto events = Ok(store().ReadStream(store_keys().Events(3), "", false, 1000));
  ASSERT_EQ(events.size(), 300u);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(events[i].bytes, "event " + std::to_string(i));
}

TEST_P(RequestsTest, TheSameRequestTwiceIsAMistake) {
  Commit batch(3);
  batch.Answer(Request("r"), "one");
  batch.Answer(Request("r"), "two");
  EXPECT_EQ(Run(store().Apply(batch)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r"))));
}

// A mark keeps the payload only: it stops another payload, not the request itself.
TEST_P(RequestsTest, MarksStopOnlyOtherPayloads) {
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 1))), Marking::kNew);
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 1))), Marking::kKnown);
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 2))), Marking::kReused);
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r", 1)))) << "a mark is no answer";
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r", 2)))->same_payload);

  Commit same(3);
  same.Mark(Request("r", 1));
  same.SetField(Key("hash", "a"), "f", "same");
  EXPECT_EQ(ApplyKind(same), Kind::kApplied);
  Commit other(3);
  other.Mark(Request("r", 2));
  other.SetField(Key("hash", "a"), "f", "other");
  const CommitOutcome outcome = Apply(other);
  ASSERT_EQ(outcome.kind, Kind::kReplayed);
  EXPECT_FALSE(outcome.replays[0].same_payload);
  EXPECT_EQ(Ok(store().GetFields(Key("hash", "a"), {"f"}))[0], "same");
}

TEST_P(RequestsTest, AnAnswerReplacesItsMark) {
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r"))), Marking::kNew);
  Overwrite(Key("task", "taken"), "x");
  EXPECT_EQ(ApplyKind(Creating("taken", Request("r"), "no")), Kind::kConflict);
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 99))), Marking::kReused)
      << "the mark survives a conflict";
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "yes")), Kind::kApplied);
  EXPECT_EQ(Ok(store().FindAnswer(3, Request("r")))->answer, "yes");
  EXPECT_EQ(ApplyKind(Creating("b", Request("r"), "again")), Kind::kReplayed);
}

TEST_P(RequestsTest, AMarkLeavesAnAnswerAlone) {
  EXPECT_EQ(ApplyKind(Creating("a", Request("r"), "yes")), Kind::kApplied);
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r"))), Marking::kKnown);
  Commit marking(3);
  marking.Mark(Request("r"));
  marking.SetField(Key("hash", "a"), "f", "v");
  EXPECT_EQ(ApplyKind(marking), Kind::kApplied);
  EXPECT_EQ(Ok(store().FindAnswer(3, Request("r")))->answer, "yes");
}

TEST_P(RequestsTest, AMarkIsTakenBackAndNothingElse) {
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 1))), Marking::kNew);
  EXPECT_THAT(Run(store().Unmark(3, Request("r", 2))), testing::IsOk());
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 2))), Marking::kReused);
  EXPECT_THAT(Run(store().Unmark(3, Request("r", 1))), testing::IsOk());
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r", 2))), Marking::kNew);
  EXPECT_EQ(ApplyKind(Creating("a", Request("answered"), "yes")), Kind::kApplied);
  EXPECT_THAT(Run(store().Unmark(3, Request("answered"))), testing::IsOk());
  EXPECT_EQ(Ok(store().FindAnswer(3, Request("answered")))->answer, "yes");
}

INSTANTIATE_TEST_SUITE_P(All, RequestsTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis, Backend::kCluster),
                         BackendName);

}  // namespace
}  // namespace baodao::store
