// Who hears what of registrations, units, credentials and verifications.
#include "tests/unit/inbox/notices.h"

namespace baodao::inbox {
namespace {

events::v1::Event Registered(registration::v1::RegistrationState before,
                             registration::v1::RegistrationState after,
                             const std::string& subject = "per_v") {
  events::v1::Event event = EventBy("per_c");
  auto* changed = event.mutable_registration_changed();
  changed->mutable_registration()->set_registration_id("reg_1");
  changed->mutable_registration()->set_subject_id(subject);
  changed->mutable_registration()->set_area_code("310110009001");
  changed->mutable_registration()->set_state(after);
  changed->set_before(before);
  changed->set_liaison_id(subject.starts_with("unt_") ? "per_l" : "");
  return event;
}

TEST(Notices, OfRegistrations) {
  using namespace registration::v1;
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING)),
            (Lines{"registration_pending → area 310110009001", "registration_entered → per_v"}));
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING, "per_c")),
            Lines{"registration_pending → area 310110009001"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE)),
            Lines{"registration_active → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_REJECTED)),
            Lines{"registration_rejected → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_SUSPENDED)),
            Lines{"registration_suspended → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE)),
            Lines{"registration_resumed → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED)),
            Lines{"registration_ended → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE, "unt_1")),
            Lines{"registration_active → liaison unt_1"});
  EXPECT_TRUE(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ACTIVE)).empty());
  // Who withdraws does not have to be told, but the coordinators do.
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED, "per_c")),
            Lines{"registration_left → area 310110009001"});
}

TEST(Notices, AUnitHearsWhoComesThroughItAndWhoGoes) {
  using namespace registration::v1;
  const auto through = [](RegistrationState before, RegistrationState after) {
    events::v1::Event event = Registered(before, after);
    event.mutable_registration_changed()->mutable_registration()->set_through_unit_id("unt_1");
    return Told(event).back();
  };
  EXPECT_EQ(through(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE),
            "unit_member_joined → liaison unt_1");
  EXPECT_EQ(through(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE),
            "registration_resumed → per_v");
  EXPECT_EQ(through(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED),
            "unit_member_left → liaison unt_1");
}

TEST(Notices, OfLiaisonsAndMembers) {
  const auto step = [](events::v1::LiaisonStep to, const std::string& actor) {
    events::v1::Event event = EventBy(actor);
    auto* changed = event.mutable_unit_liaison_changed();
    changed->set_unit_id("unt_1");
    changed->set_area_code("310110");
    changed->set_person_id("per_n");
    changed->set_proposer_id("per_l");
    changed->set_step(to);
    return Told(event);
  };
  EXPECT_EQ(step(events::v1::LIAISON_STEP_PROPOSED, "per_l"),
            Lines{"unit_liaison_proposed → area 310110"});
  EXPECT_EQ(step(events::v1::LIAISON_STEP_ADDED, "per_c"),
            (Lines{"unit_liaison_added → per_n", "unit_liaison_answered → per_l"}));
  EXPECT_EQ(step(events::v1::LIAISON_STEP_REMOVED, "per_c"),
            (Lines{"unit_liaison_removed → per_n", "unit_liaison_answered → per_l"}));
  EXPECT_EQ(step(events::v1::LIAISON_STEP_DROPPED, "registration"),
            Lines{"unit_liaison_answered → per_l"});
  events::v1::Event member = EventBy("per_l");
  member.mutable_unit_member_changed()->set_unit_id("unt_1");
  member.mutable_unit_member_changed()->set_person_id("per_v");
  EXPECT_EQ(Told(member), Lines{"unit_membership_ended → per_v"});
  member.mutable_unit_member_changed()->set_confirmed(true);
  EXPECT_EQ(Told(member), Lines{"unit_membership_confirmed → per_v"});
}

TEST(Notices, ARegistrationSaysWhyItEnded) {
  using namespace registration::v1;
  const auto ended = [](RegistrationEndReason reason) {
    events::v1::Event event = Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED);
    event.set_actor_id("registration");
    event.mutable_registration_changed()->mutable_registration()->set_end_reason(reason);
    return Told(event);
  };
  EXPECT_EQ(ended(REGISTRATION_END_REASON_TRANSFERRED), Lines{"registration_transferred → per_v"});
  EXPECT_EQ(ended(REGISTRATION_END_REASON_EXPIRED),
            (Lines{"registration_left → area 310110009001", "registration_expired → per_v"}));
  EXPECT_EQ(ended(REGISTRATION_END_REASON_LAPSED),
            (Lines{"registration_unreviewed → area 310110009001", "registration_lapsed → per_v"}));
}

// A suspension's comment was once dropped, though the request has one.
TEST(Notices, TheCommentOfAChangeOfARegistrationIsPassedOn) {
  using namespace registration::v1;
  const auto comment = [](RegistrationState before, RegistrationState after) {
    events::v1::Event event = Registered(before, after);
    auto* registration = event.mutable_registration_changed()->mutable_registration();
    registration->set_review_comment("欢迎");
    registration->set_change_comment("多次缺席");
    const std::vector<Notice> notices = NoticesOf(event);
    return notices.back().record.params().at("comment");
  };
  EXPECT_EQ(comment(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE), "欢迎");
  EXPECT_EQ(comment(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_SUSPENDED), "多次缺席");
  EXPECT_EQ(comment(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE), "多次缺席");
  EXPECT_EQ(comment(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED), "多次缺席");
}

TEST(Notices, OfCredentials) {
  events::v1::Event event = EventBy("per_c");
  event.mutable_credential_changed()->set_person_id("per_v");
  event.mutable_credential_changed()->set_granted(true);
  EXPECT_EQ(Told(event), Lines{"credential_granted → per_v"});
  event.mutable_credential_changed()->set_granted(false);
  event.mutable_credential_changed()->set_reason("证书造假");
  EXPECT_EQ(Told(event), Lines{"credential_revoked → per_v"});
  EXPECT_EQ(NoticesOf(event)[0].record.params().at("reason"), "证书造假");
}

events::v1::Event Applied(registration::v1::VerificationState before,
                          registration::v1::VerificationState after, const std::string& actor,
                          const std::string& nominator = "") {
  events::v1::Event event = EventBy(actor);
  auto* changed = event.mutable_verification_changed();
  auto* verification = changed->mutable_verification();
  verification->set_verification_id("vrf_1");
  verification->set_person_id("per_v");
  verification->set_unit_id("unt_1");
  verification->set_area_code("310110009001");
  verification->set_category("party_member");
  verification->set_state(after);
  verification->set_applicant_id(nominator.empty() ? "per_v" : nominator);
  verification->set_source(nominator.empty() ? registration::v1::VERIFICATION_SOURCE_SELF_APPLIED
                                             : registration::v1::VERIFICATION_SOURCE_NOMINATED);
  changed->set_before(before);
  return event;
}

TEST(Notices, OfApplicationsForVerification) {
  using namespace registration::v1;
  const auto kNew = VERIFICATION_STATE_UNSPECIFIED;
  const auto kPending = VERIFICATION_STATE_PENDING;
  EXPECT_EQ(Told(Applied(kNew, kPending, "per_v")),
            (Lines{"verification_pending → area 310110009001",
                   "verification_of_member → liaison unt_1"}));
  EXPECT_EQ(Told(Applied(kNew, kPending, "per_l", "per_l")),
            (Lines{"verification_pending → area 310110009001", "verification_nominated → per_v"}));
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_APPROVED, "per_c")),
            Lines{"verification_approved → per_v"});
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_REJECTED, "per_c", "per_l")),
            (Lines{"verification_rejected → per_v", "verification_rejected → per_l"}));
  EXPECT_TRUE(Told(Applied(kPending, VERIFICATION_STATE_WITHDRAWN, "per_v")).empty());
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_WITHDRAWN, "per_v", "per_l")),
            Lines{"verification_withdrawn → per_l"});
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_LAPSED, "registration")),
            (Lines{"verification_unanswered → area 310110009001", "verification_lapsed → per_v"}));
  // The person hears of the credential itself.
  events::v1::Event credential = Applied(kPending, VERIFICATION_STATE_APPROVED, "per_c", "per_l");
  credential.mutable_verification_changed()->mutable_verification()->clear_category();
  credential.mutable_verification_changed()->mutable_verification()->set_credential_kind("nurse");
  EXPECT_EQ(Told(credential), Lines{"verification_approved → per_l"});
}

TEST(Notices, OfCategoriesRevokedAndCredentialsThatExpire) {
  events::v1::Event revoked = EventBy("per_c");
  revoked.mutable_category_revoked()->set_person_id("per_v");
  revoked.mutable_category_revoked()->set_reason("组织关系已转出");
  EXPECT_EQ(Told(revoked), Lines{"category_revoked → per_v"});
  EXPECT_EQ(NoticesOf(revoked)[0].record.params().at("reason"), "组织关系已转出");
  events::v1::Event expiring = EventBy("registration");
  expiring.mutable_credential_expiring()->set_person_id("per_v");
  auto* credential = expiring.mutable_credential_expiring()->mutable_credential();
  credential->set_kind("nurse");
  *credential->mutable_expire_time() = ToTimestamp(kNow);
  EXPECT_EQ(Told(expiring), Lines{"credential_expiring → per_v"});
  EXPECT_EQ(NoticesOf(expiring)[0].record.params().at("expire"),
            std::to_string(kNow.time_since_epoch().count()));
}

TEST(Notices, OfAnAccount) {
  events::v1::Event signed_in = EventBy("per_v");
  signed_in.mutable_signed_in()->set_person_id("per_v");
  signed_in.mutable_signed_in()->set_session_id("ses_1");
  EXPECT_EQ(Told(signed_in), Lines{"new_sign_in → per_v"}) << "whoever has signed in as them";
  events::v1::Event closing = EventBy("per_v");
  closing.mutable_account_deletion_changed()->set_person_id("per_v");
  EXPECT_EQ(Told(closing), Lines{"account_deletion_cancelled → per_v"});
  closing.mutable_account_deletion_changed()->mutable_delete_time()->set_seconds(1'748'736'000);
  EXPECT_EQ(Told(closing), Lines{"account_deletion_requested → per_v"});
  closing.mutable_account_deletion_changed()->add_obligations("task");
  closing.mutable_account_deletion_changed()->add_obligations("need");
  EXPECT_EQ(NoticesOf(closing)[0].record.params().at("obligations"), "task,need");
}

}  // namespace
}  // namespace baodao::inbox
