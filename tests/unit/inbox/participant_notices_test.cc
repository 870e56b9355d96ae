// Who hears of what people say to and of each other.
#include "tests/unit/inbox/notices.h"

namespace baodao::inbox {
namespace {

TEST(Notices, OfMessagesToThePeopleOfATask) {
  events::v1::Event event = EventBy("per_c");
  auto* sent = event.mutable_task_message_sent();
  sent->mutable_message()->set_task_id("tsk_1");
  sent->mutable_message()->set_text("八点集合");
  for (const char* person : {"per_a", "per_b"}) sent->add_person_ids(person);
  EXPECT_EQ(Told(event), (Lines{"task_message → per_a", "task_message → per_b"}));
  EXPECT_EQ(NoticesOf(event)[0].record.params().at("text"), "八点集合");
}

TEST(Notices, OfRatingsWhoeverWasRatedAndOfLowOnesTheArea) {
  const auto rated = [](const std::string& by, bool by_volunteer, int rating) {
    events::v1::Event event = EventBy(by);
    auto* told = event.mutable_service_rated();
    told->set_task_id("tsk_1");
    told->set_area_code("310110009001");
    told->set_requester_id("per_r");
    told->set_person_id("per_v");
    told->set_by_volunteer(by_volunteer);
    told->set_rating(rating);
    return Told(event);
  };
  EXPECT_EQ(rated("per_r", false, 3), Lines{"volunteer_rated → per_v"});
  EXPECT_EQ(rated("per_r", false, 2),
            (Lines{"volunteer_rated → per_v", "volunteer_rated_low → area 310110009001"}));
  EXPECT_EQ(rated("per_v", true, 5), Lines{});
  EXPECT_EQ(rated("per_v", true, 1), Lines{"service_rated_low → area 310110009001"});
}

TEST(Notices, OfComplaintsTheAreaAndWhoRaisedThemButNotWhomTheyAreAbout) {
  using namespace dispatch::v1;
  const auto changed = [](const std::string& by, ComplaintState before, ComplaintState after) {
    events::v1::Event event = EventBy(by);
    auto* told = event.mutable_complaint_changed();
    told->mutable_complaint()->set_complaint_id("cmp_1");
    told->mutable_complaint()->set_area_code("310110009");
    told->mutable_complaint()->set_complainant_id("per_r");
    told->mutable_complaint()->set_about_person_id("per_v");
    told->mutable_complaint()->set_state(after);
    told->set_before(before);
    return Told(event);
  };
  EXPECT_EQ(changed("per_r", COMPLAINT_STATE_UNSPECIFIED, COMPLAINT_STATE_PENDING),
            Lines{"complaint_raised → area 310110009"});
  EXPECT_EQ(changed("dispatch", COMPLAINT_STATE_PENDING, COMPLAINT_STATE_PENDING),
            Lines{"complaint_unanswered → area 310110009"});
  EXPECT_EQ(changed("per_c", COMPLAINT_STATE_PENDING, COMPLAINT_STATE_ANSWERED),
            Lines{"complaint_answered → per_r"});
  EXPECT_EQ(changed("dispatch", COMPLAINT_STATE_PENDING, COMPLAINT_STATE_LAPSED),
            Lines{"complaint_lapsed → per_r"});
}

}  // namespace
}  // namespace baodao::inbox
