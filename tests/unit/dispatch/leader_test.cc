#include "services/dispatch/domain/leader.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/code_holders.h"
#include "services/dispatch/domain/deadlines.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/standing.h"
#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// per_a and per_b have accepted both slots; per_a leads.
class LeaderTest : public TaskFixture {
 protected:
  LeaderTest() {
    Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
    Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
    State(v1::TASK_STATE_STAFFED);
    record_.mutable_task()->set_leader_id("per_a");
  }
  std::string Name(const std::string& person) {
    return Refusal(DecideNameLeader(aggregate(), person, kNow));
  }
  absl::StatusOr<Effects> Sign(const std::string& signer, v1::SignAction action,
                               std::vector<std::string> people, bool by_coordinator = false,
                               Time now = kStart) {
    SignPeopleCommand command{signer, by_coordinator, action, std::move(people)};
    return DecideSignPeople(aggregate(), command, now);
  }
  void LeaderSignsIn() {
    const Proof proof = ProofBy(v1::SIGN_METHOD_POSITION);
    ASSERT_THAT(DecideSignIn(aggregate(), "per_a", proof, kStart - minutes(10)), testing::IsOk());
  }
  // "<person> <step>" of each.
  static std::vector<std::string> LeadersTold(const absl::StatusOr<Effects>& effects) {
    std::vector<std::string> told;
    for (const events::v1::Event& event : effects->events) {
      if (!event.has_leader_changed()) continue;
      const auto& changed = event.leader_changed();
      told.push_back(changed.person_id() + " " + events::v1::LeaderStep_Name(changed.step()));
    }
    return told;
  }

  static constexpr Time kStart = kNow + hours(4);
};

TEST_F(LeaderTest, OneOfThoseOnTheTaskLeads) {
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(Name("per_x"), "NOT_ASSIGNED");
  EXPECT_EQ(Name("per_n"), "WRONG_STATE");
  EXPECT_EQ(Name("per_a"), "ALREADY_LEADER");
  const auto named = DecideNameLeader(aggregate(), "per_b", kNow);
  EXPECT_THAT(LeadersTold(named),
              ElementsAre("per_a LEADER_STEP_REMOVED", "per_b LEADER_STEP_NAMED"));
  EXPECT_EQ(task().leader_id(), "per_b");
  // per_a may have the key in their phone, and so may per_b, for good.
  EXPECT_EQ(aggregate().record().code_key(), 1);
  EXPECT_THAT(aggregate().record().code_key_since_ms(),
              ElementsAre(kNow.time_since_epoch().count()));
  ASSERT_THAT(DecideRemoveLeader(aggregate(), "per_b", false, kNow), testing::IsOk());
  EXPECT_TRUE(aggregate().Find("per_b")->had_code_key());
}

TEST_F(LeaderTest, ItIsKnownOfTheLastKeysSinceWhenTheyWere) {
  for (int i = 0; i <= kMaxCodeKeys; ++i) {
    ASSERT_TRUE(
        DecideNameLeader(aggregate(), i % 2 == 0 ? "per_b" : "per_a", kNow + hours(i)).ok());
  }
  EXPECT_EQ(aggregate().record().code_key(), kMaxCodeKeys + 1);
  ASSERT_EQ(aggregate().record().code_key_since_ms_size(), kMaxCodeKeys);
  EXPECT_EQ(Time(Millis(aggregate().record().code_key_since_ms(0))), kNow + hours(1));
}

TEST_F(LeaderTest, SoManyCoordinatorsAreNotedAndNoMore) {
  for (int i = 0; i < kMaxCodeHolders; ++i) {
    for (int again = 0; again < 2; ++again) {
      ASSERT_THAT(DecideNoteCodeHolder(aggregate(), "per_" + std::to_string(i), kNow),
                  testing::IsOk());
    }
  }
  EXPECT_EQ(aggregate().record().code_holder_ids_size(), kMaxCodeHolders);
  ASSERT_THAT(DecideNoteCodeHolder(aggregate(), "per_x", kNow), testing::IsOk());
  EXPECT_FALSE(IsCodeHolder(aggregate().record(), "per_x")) << "nobody gives them the key";
  v1::AssignmentRecord mine;
  mine.mutable_assignment()->set_person_id("per_7");
  EXPECT_TRUE(HasHadCodes(aggregate().record(), mine));
  mine.mutable_assignment()->set_person_id("per_x");
  EXPECT_FALSE(HasHadCodes(aggregate().record(), mine));
}

TEST_F(LeaderTest, ATaskThatIsOverHasNoLeader) {
  State(v1::TASK_STATE_CLOSED);
  EXPECT_EQ(Name("per_b"), "WRONG_STATE");
  EXPECT_EQ(Refusal(DecideNoteCodeHolder(aggregate(), "per_c", kNow)), "WRONG_STATE");
  EXPECT_EQ(Refusal(DecideRemoveLeader(aggregate(), "per_a", false, kNow)), "WRONG_STATE");
  EXPECT_EQ(Refusal(DecideRemoveLeader(aggregate(), "per_c", true, kNow)), "WRONG_STATE");
}

TEST_F(LeaderTest, TheyGiveItUpOrACoordinatorTakesIt) {
  EXPECT_EQ(Refusal(DecideRemoveLeader(aggregate(), "per_b", false, kNow)), "NOT_LEADER");
  EXPECT_THAT(LeadersTold(DecideRemoveLeader(aggregate(), "per_a", false, kNow)),
              ElementsAre("per_a LEADER_STEP_LEFT"));
  EXPECT_EQ(aggregate().record().code_key(), 0) << "nobody took it from them";
  EXPECT_EQ(Refusal(DecideRemoveLeader(aggregate(), "per_c", true, kNow)), "NO_LEADER");
  ASSERT_THAT(DecideNameLeader(aggregate(), "per_b", kNow), testing::IsOk());
  EXPECT_THAT(LeadersTold(DecideRemoveLeader(aggregate(), "per_c", true, kNow)),
              ElementsAre("per_b LEADER_STEP_REMOVED"));
  EXPECT_TRUE(task().leader_id().empty());
  EXPECT_EQ(aggregate().record().code_key(), 1);
}

TEST_F(LeaderTest, WhoLeavesTheTaskLeadsNoMore) {
  const auto left = DecideWithdraw(aggregate(), "per_a", false, kNow);
  EXPECT_THAT(LeadersTold(left), ElementsAre("per_a LEADER_STEP_LEFT"));
  EXPECT_TRUE(task().leader_id().empty());
}

TEST_F(LeaderTest, WhoSignsOutLeadsNoMore) {
  LeaderSignsIn();
  const auto out =
      DecideSignOut(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_POSITION), kStart + hours(1));
  EXPECT_THAT(LeadersTold(out), ElementsAre("per_a LEADER_STEP_LEFT"));
  EXPECT_TRUE(task().leader_id().empty());
}

// Their phone, and the requester's, go on showing codes where there is no network.
TEST_F(LeaderTest, WhoDoesNotComeLeadsNoMoreAndTheCodesStay) {
  const Time missed = kStart + minutes(30);
  EXPECT_THAT(LeadersTold(DecideNoShow(aggregate(), missed, missed)),
              ElementsAre("per_a LEADER_STEP_LEFT"));
  EXPECT_TRUE(task().leader_id().empty());
  EXPECT_EQ(aggregate().record().code_key(), 0);
}

TEST_F(LeaderTest, NobodyIsToldOfTheLeaderOfAServedTask) {
  LeaderSignsIn();
  ASSERT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_IN, {"per_b"})), "OK");
  const Effects ended = DecideEnd(aggregate(), kStart + hours(3));
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_TRUE(task().leader_id().empty());
  EXPECT_THAT(LeadersTold(ended), IsEmpty());
}

TEST_F(LeaderTest, NobodyIsToldOfTheLeaderOfACancelledTask) {
  const auto cancelled = DecideCancel(aggregate(), "停电", v1::NEED_OUTCOME_UNSPECIFIED, kNow);
  ASSERT_THAT(cancelled, testing::IsOk());
  EXPECT_TRUE(task().leader_id().empty());
  EXPECT_THAT(LeadersTold(cancelled), IsEmpty());
}

TEST_F(LeaderTest, WhoLosesTheirStandingAtWorkLeadsNoMore) {
  LeaderSignsIn();
  const auto lost =
      DecideStanding(aggregate(), ProfileOf("per_a", "999999999"), kRelations, kStart);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_TRUE(task().leader_id().empty());
  EXPECT_THAT(LeadersTold(lost), ElementsAre("per_a LEADER_STEP_LEFT"));
  EXPECT_EQ(aggregate().record().code_key(), 1);
}

TEST_F(LeaderTest, WhoLosesTheirStandingBeforeLeadsNoMore) {
  DecideStanding(aggregate(), ProfileOf("per_a", "999999999"), kRelations, kNow);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_TRUE(task().leader_id().empty());
  EXPECT_EQ(aggregate().record().code_key(), 1);
}

TEST_F(LeaderTest, WhoIsNotOnTheRosterIsNobodyToTheLeader) {
  Add("per_r", v1::ASSIGNMENT_STATE_RELEASED);
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  LeaderSignsIn();
  EXPECT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_IN, {"per_r"})), "NOT_ASSIGNED");
  EXPECT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_IN, {"per_n"})), "WRONG_STATE");
  EXPECT_EQ(Refusal(Sign("per_c", v1::SIGN_ACTION_SIGN_IN, {"per_r"}, true)), "WRONG_STATE");
}

TEST_F(LeaderTest, SignsOthersOnceTheyAreThere) {
  EXPECT_EQ(Refusal(Sign("per_b", v1::SIGN_ACTION_SIGN_IN, {"per_a"})), "NOT_LEADER");
  EXPECT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_IN, {"per_b"})), "LEADER_NOT_SIGNED_IN");
  LeaderSignsIn();
  ASSERT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_IN, {"per_b"})), "OK");
  const v1::Assignment in = aggregate().Find("per_b")->assignment();
  EXPECT_EQ(in.sign_in_method(), v1::SIGN_METHOD_LEADER);
  EXPECT_EQ(in.sign_in_detail().signer_id(), "per_a");
  ASSERT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_OUT, {"per_b"}, false, kStart + hours(1))),
            "OK");
  const v1::Assignment out = aggregate().Find("per_b")->assignment();
  EXPECT_EQ(out.sign_out_method(), v1::SIGN_METHOD_LEADER);
  EXPECT_EQ(out.credited_minutes(), 60);
  EXPECT_EQ(Refusal(Sign("per_a", v1::SIGN_ACTION_SIGN_OUT, {"per_a"})), "OWN_SERVICE");
}

TEST_F(LeaderTest, SignsAllOfThemOrNone) {
  LeaderSignsIn();
  const uint64_t version = task().version();
  const auto refused = Sign("per_a", v1::SIGN_ACTION_SIGN_IN, {"per_b", "per_x"});
  EXPECT_EQ(Refusal(refused), "NOT_ASSIGNED");
  EXPECT_EQ(MetadataOf(refused.status())["person"], "per_x");
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(task().version(), version);
  ASSERT_EQ(Refusal(Sign("per_c", v1::SIGN_ACTION_SIGN_IN, {"per_b"}, true)), "OK");
  EXPECT_EQ(aggregate().Find("per_b")->assignment().sign_in_method(), v1::SIGN_METHOD_COORDINATOR);
}

TEST_F(LeaderTest, PhonesAreShownOnTheDay) {
  // kNow is 08:00 of the day in China.
  EXPECT_TRUE(ShowsPhones(task(), kNow - hours(8)));
  EXPECT_FALSE(ShowsPhones(task(), kNow - hours(8) - Millis(1)));
  EXPECT_TRUE(ShowsPhones(task(), kNow + hours(7) - Millis(1)));
  EXPECT_FALSE(ShowsPhones(task(), kNow + hours(7)));
}

}  // namespace
}  // namespace baodao::dispatch
