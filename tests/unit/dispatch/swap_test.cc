#include "services/dispatch/domain/swap.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/leaving.h"
#include "services/dispatch/domain/offer.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

// One slot, taken by per_a, who proposes per_b.
class SwapTest : public TaskFixture {
 protected:
  SwapTest() {
    record_.mutable_task()->set_slots_max(1);
    Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
    State(v1::TASK_STATE_STAFFED);
  }
  std::string Propose(const registration::v1::Profile& successor, bool has_time = true,
                      Time now = kNow) {
    SwapCommand command;
    command.proposer_id = "per_a";
    command.successor_id = successor.person_id();
    command.successor = &successor;
    command.relations = &kRelations;
    command.has_time = has_time;
    command.reason = "家里有事";
    return Refusal(DecideProposeSwap(aggregate(), command, now));
  }
  std::string Propose(const std::string& successor) { return Propose(ProfileOf(successor)); }
  const v1::Assignment& Of(const std::string& person) {
    return aggregate().Find(person)->assignment();
  }
  void ExpectNoProposal() {
    EXPECT_EQ(Of("per_a").successor_id(), "");
    EXPECT_EQ(aggregate().record().proposals_size(), 0);
  }
};

TEST_F(SwapTest, TheColleagueIsOfferedThePlaceAndBothChangeAtOnce) {
  ASSERT_EQ(Propose("per_b"), "OK");
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(Of("per_b").replaces_id(), "per_a");
  EXPECT_EQ(ToTime(Of("per_b").offer_expire_time()), kNow + hours(4));  // the start
  EXPECT_EQ(Of("per_a").successor_id(), "per_b");
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Propose("per_c"), "SWAP_PROPOSED");
  // The task is full: nobody else gets the place, and no offer of it is taken back.
  EXPECT_EQ(Refusal(DecideOffer(aggregate(), Command(TakeKind::kClaim, ProfileOf("per_n")),
                                Millis(0), kNow)),
            "TASK_FULL");
  EXPECT_TRUE(DecideRelease(aggregate(), kNow).events.empty());
  const auto taken = Do(Command(TakeKind::kAccept, ProfileOf("per_b")));
  ASSERT_THAT(taken, testing::IsOk());
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(Of("per_a").end_cause(), v1::END_CAUSE_REPLACED);
  EXPECT_THAT(taken->released, ::testing::ElementsAre(CalendarRelease{"per_a", 1}));
  EXPECT_EQ(task().accepted_count(), 1);
  ExpectNoProposal();
}

// They would stand in the ledger as if they were the successor's.
TEST_F(SwapTest, TheProposersWordsEndWithTheOffer) {
  ASSERT_EQ(Propose("per_b"), "OK");
  EXPECT_EQ(Of("per_b").reason(), "家里有事");
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kAccept, ProfileOf("per_b")))), "OK");
  EXPECT_EQ(Of("per_b").reason(), "");
}

TEST_F(SwapTest, AClaimAcceptsItThoughOthersWait) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  ASSERT_EQ(Propose("per_b"), "OK");
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kClaim, ProfileOf("per_b")))), "OK");
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
}

TEST_F(SwapTest, WhyAColleagueCannotComeIsNotTold) {
  Add("per_t", v1::ASSIGNMENT_STATE_OFFERED);
  for (const char* who : {"per_a", "per_shy", "per_t"}) EXPECT_EQ(Propose(who), "CANNOT_SUCCEED");
  EXPECT_EQ(Propose(ProfileOf("per_b", "310110002")), "CANNOT_SUCCEED");
  EXPECT_EQ(Propose(ProfileOf("per_b"), false), "CANNOT_SUCCEED");
  EXPECT_EQ(aggregate().record().people_count(), 2);
}

TEST_F(SwapTest, DeclinedItIsNotProposedToThemAgain) {
  ASSERT_EQ(Propose("per_b"), "OK");
  ASSERT_THAT(DecideDecline(aggregate(), "per_b", kNow), testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_ACCEPTED);
  ExpectNoProposal();
  EXPECT_EQ(Propose("per_b"), "CANNOT_SUCCEED");
  for (const char* who : {"per_c", "per_d", "per_e", "per_f"}) {
    ASSERT_EQ(Propose(who), "OK");
    ASSERT_THAT(DecideCancelSwap(aggregate(), "per_a", kNow), testing::IsOk());
    EXPECT_EQ(StateOf(who), v1::ASSIGNMENT_STATE_RELEASED);
  }
  EXPECT_EQ(Propose("per_g"), "TOO_MANY_SWAPS");
  EXPECT_EQ(Refusal(DecideCancelSwap(aggregate(), "per_a", kNow)), "NO_SWAP");
  EXPECT_EQ(aggregate().record().open_offers(), 0);
}

// There is no place to give any more.
TEST_F(SwapTest, ItEndsWithTheProposersPart) {
  ASSERT_EQ(Propose("per_b"), "OK");
  ASSERT_THAT(DecideWithdraw(aggregate(), "per_a", false, kNow), testing::IsOk());
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_RELEASED);
  ExpectNoProposal();
  EXPECT_EQ(Refusal(Do(Command(TakeKind::kAccept, ProfileOf("per_b")))), "NO_OFFER");
}

TEST_F(SwapTest, ItEndsWhenTheProposerSignsIn) {
  ASSERT_EQ(Propose("per_b"), "OK");
  ASSERT_TRUE(DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE),
                           kNow + hours(4) - minutes(5))
                  .ok());
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_RELEASED);
  ExpectNoProposal();
}

// The slot was once promised to the colleague and to somebody from the waitlist.
TEST_F(SwapTest, WhoAsksToBeLetGoProposesNobody) {
  ASSERT_EQ(Propose("per_b"), "OK");
  const auto asked = DecideRequestWithdrawal(aggregate(), "per_a", "发烧", kNow);
  ASSERT_THAT(asked, testing::IsOk());
  EXPECT_EQ(asked->events.back().assignment_changed().withdrawal(),
            v1::WITHDRAWAL_CHANGE_REQUESTED);
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_RELEASED);
  ExpectNoProposal();
  EXPECT_EQ(Propose("per_c"), "WITHDRAWAL_REQUESTED");
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kClaim, ProfileOf("per_n")))), "OK");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(task().accepted_count(), 1);
  EXPECT_EQ(task().leaving_count(), 0);
  EXPECT_EQ(aggregate().record().leaving_size(), 0);
}

TEST_F(SwapTest, ACancelledTaskEndsIt) {
  ASSERT_EQ(Propose("per_b"), "OK");
  ASSERT_THAT(DecideCancel(aggregate(), "暴雨", v1::NEED_OUTCOME_UNSPECIFIED, kNow),
              testing::IsOk());
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_RELEASED);
  ExpectNoProposal();
}

}  // namespace
}  // namespace baodao::dispatch
