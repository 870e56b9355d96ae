#include "services/lists/domain/need_update.h"

#include <gtest/gtest.h>

#include <string>

#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;

// Different from NeedIn in every field; the mask names those given.
v1::UpdateNeedRequest Edit(std::initializer_list<const char*> fields) {
  v1::UpdateNeedRequest request;
  request.set_title("陪诊两次");
  request.set_description("上午");
  request.set_category("medical");
  *request.mutable_place() = Point(31.2598712, 121.5261234);
  *request.mutable_window() = WindowAt(kNow + hours(48));
  request.set_people_wanted(3);
  request.add_skills("driving");
  request.mutable_contact()->set_phone("13800001234");
  request.add_credentials("doctor");
  request.set_urgency(v1::NEED_URGENCY_URGENT);
  request.add_photos()->set_url("https://photos.example.org/1.jpg");
  request.mutable_photos(0)->set_sha256(std::string(32, 'x'));
  for (const char* field : fields) request.mutable_update_mask()->add_paths(field);
  return request;
}

absl::Status Apply(v1::NeedRecord* record, const v1::UpdateNeedRequest& request,
                   bool by_requester = true) {
  return Update(record, request, by_requester, work::Limits(), kNow);
}

std::string FaultyField(const absl::Status& status) {
  const auto violations = ViolationsOf(status);
  return violations.empty() ? "" : violations[0].field;
}

TEST(UpdateNeed, SetsWhatTheMaskNamesAndNothingElse) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
  ASSERT_THAT(Apply(&record, Edit({"title"})), testing::IsOk());
  v1::Need expected = NeedIn(v1::NEED_STATE_SUBMITTED).need();
  expected.set_title("陪诊两次");
  *expected.mutable_update_time() = ToTimestamp(kNow);
  EXPECT_EQ(record.need().DebugString(), expected.DebugString());
  EXPECT_EQ(record.edits(), 1);

  ASSERT_THAT(Apply(&record, Edit({"description", "category", "place", "window", "people_wanted",
                                   "skills", "contact", "credentials", "urgency", "photos"})),
              testing::IsOk());
  const v1::Need& need = record.need();
  EXPECT_EQ(need.description(), "上午");
  EXPECT_EQ(need.category(), "medical");
  EXPECT_DOUBLE_EQ(need.place().latitude(), 31.260) << "rounded";
  EXPECT_EQ(ToTime(need.window().start()), kNow + hours(48));
  EXPECT_EQ(need.people_wanted(), 3);
  EXPECT_EQ(need.skills(0), "driving");
  EXPECT_EQ(need.credentials(0), "doctor");
  EXPECT_EQ(need.urgency(), v1::NEED_URGENCY_URGENT);
  EXPECT_EQ(need.photos_size(), 0) << "they are kept sealed";
  EXPECT_FALSE(need.has_contact()) << "it is kept sealed";
}

TEST(UpdateNeed, WhatIsEmptiedTakesItsDefault) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
  *record.mutable_need()->mutable_place() = Point(31, 121);
  v1::UpdateNeedRequest request;
  for (const char* field : {"description", "place", "people_wanted", "skills", "urgency"}) {
    request.mutable_update_mask()->add_paths(field);
  }
  ASSERT_THAT(Apply(&record, request), testing::IsOk());
  EXPECT_EQ(record.need().description(), "");
  EXPECT_FALSE(record.need().has_place());
  EXPECT_EQ(record.need().people_wanted(), 1);
  EXPECT_EQ(record.need().skills_size(), 0);
  EXPECT_EQ(record.need().urgency(), v1::NEED_URGENCY_NORMAL);
}

TEST(UpdateNeed, RefusesWhatANewNeedCouldNotSay) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
  for (const char* field : {"title", "category", "window"}) {
    v1::UpdateNeedRequest request;
    request.mutable_update_mask()->add_paths(field);
    EXPECT_EQ(FaultyField(Apply(&record, request)), field);
  }
  EXPECT_EQ(FaultyField(Apply(&record, Edit({"area_code"}))), "update_mask");
  v1::UpdateNeedRequest request = Edit({"photos", "window"});
  request.mutable_photos(0)->set_url("http://photos.example.org/1.jpg");
  EXPECT_EQ(FaultyField(Apply(&record, request)), "photos[0].url");
  request = Edit({"window"});
  *request.mutable_window() = WindowAt(kNow - hours(5));
  EXPECT_THAT(Apply(&record, request), testing::IsRefusal(Reason::WINDOW_INVALID));
  *request.mutable_window() = WindowAt(kNow + hours(5), hours(10));
  EXPECT_THAT(Apply(&record, request), testing::IsRefusal(Reason::DAILY_HOURS_EXCEEDED));
}

TEST(UpdateNeed, OnlyBeforeATaskServesIt) {
  using enum v1::NeedState;
  for (int s = 1; s < v1::NeedState_ARRAYSIZE; ++s) {
    const auto state = static_cast<v1::NeedState>(s);
    v1::NeedRecord record = NeedIn(state);
    const absl::Status status = Apply(&record, Edit({"title"}));
    const bool editable = state == NEED_STATE_SUBMITTED || state == NEED_STATE_RETURNED ||
                          state == NEED_STATE_ACCEPTED || state == NEED_STATE_MATCHED;
    EXPECT_EQ(status.ok(), editable) << s;
    EXPECT_EQ(record.need().state(), state) << "words alone move nothing";
    if (!editable) EXPECT_THAT(status, testing::IsRefusal(Reason::WRONG_STATE)) << status;
  }
  v1::NeedRecord record = NeedIn(NEED_STATE_ACCEPTED);
  record.set_publishing(true);
  EXPECT_THAT(Apply(&record, Edit({"title"})), testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  record = NeedIn(NEED_STATE_MATCHED);
  record.mutable_need()->set_task_id("tsk_1");
  const absl::Status status = Apply(&record, Edit({"title"}));
  EXPECT_THAT(status, testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  EXPECT_EQ(MetadataOf(status)["task"], "tsk_1");
}

TEST(UpdateNeed, WhatWasReviewedIsReviewedAgainUnlessACoordinatorChangesIt) {
  using enum v1::NeedState;
  for (const char* field : {"category", "window", "people_wanted", "skills", "credentials"}) {
    v1::NeedRecord record = NeedIn(NEED_STATE_ACCEPTED);
    ASSERT_THAT(Apply(&record, Edit({field})), testing::IsOk());
    EXPECT_EQ(record.need().state(), NEED_STATE_SUBMITTED) << field;
    record = NeedIn(NEED_STATE_ACCEPTED);
    ASSERT_THAT(Apply(&record, Edit({field}), false), testing::IsOk());
    EXPECT_EQ(record.need().state(), NEED_STATE_ACCEPTED) << field;
    record = NeedIn(NEED_STATE_MATCHED);
    ASSERT_THAT(Apply(&record, Edit({field})), testing::IsOk());
    EXPECT_EQ(record.need().state(), NEED_STATE_MATCHED) << "what answers it still does";
  }
  v1::NeedRecord record = NeedIn(NEED_STATE_ACCEPTED);
  v1::UpdateNeedRequest same = Edit({"category"});
  same.set_category(record.need().category());
  ASSERT_THAT(Apply(&record, same), testing::IsOk());
  EXPECT_EQ(record.need().state(), NEED_STATE_ACCEPTED) << "nothing has changed";
}

}  // namespace
}  // namespace baodao::lists
