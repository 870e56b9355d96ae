// The states of an announcement, and whom it is for.
#include "services/inbox/domain/announcement.h"

#include <gtest/gtest.h>

#include "common/clock/timestamp.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"

namespace baodao::inbox {
namespace {

using std::chrono::hours;

constexpr Time kPublished{Millis(1'748'736'000'000)};

v1::PublishAnnouncementRequest Water() {
  v1::PublishAnnouncementRequest request;
  request.set_area_code("310110");
  request.set_category("notice");
  request.set_title("停水通知");
  return request;
}

TEST(Announcement, ItIsPublishedUntilSomebodyWithdrawsItOrItsTimePasses) {
  using enum AnnouncementEvent;
  testing::CheckEveryPair(
      kAnnouncementMachine,
      {{{v1::ANNOUNCEMENT_STATE_PUBLISHED, kWithdraw}, v1::ANNOUNCEMENT_STATE_WITHDRAWN},
       {{v1::ANNOUNCEMENT_STATE_PUBLISHED, kExpire}, v1::ANNOUNCEMENT_STATE_EXPIRED}},
      kExpire);
}

TEST(Announcement, ItLastsTwoWeeksUnlessItSaysOtherwise) {
  auto made = NewAnnouncement(Water(), "per_1", kPublished);
  ASSERT_THAT(made, testing::IsOk());
  EXPECT_EQ(ToTime(made->expire_time()), kPublished + hours(24 * 14));
  v1::PublishAnnouncementRequest request = Water();
  for (const Millis life : {Millis(0), Millis(hours(24 * 90)) + Millis(1)}) {
    *request.mutable_expire_time() = ToTimestamp(kPublished + life);
    EXPECT_THAT(NewAnnouncement(request, "per_1", kPublished).status(),
                testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
  }
  *request.mutable_expire_time() = ToTimestamp(kPublished + hours(24 * 90));
  EXPECT_THAT(NewAnnouncement(request, "per_1", kPublished), testing::IsOk());
}

TEST(Announcement, ItIsForThoseOfItsCategoriesWhileItIsPublished) {
  v1::Announcement announcement = *NewAnnouncement(Water(), "per_1", kPublished);
  registration::v1::Profile person;
  EXPECT_TRUE(IsFor(announcement, person, kPublished));
  EXPECT_FALSE(IsFor(announcement, person, ToTime(announcement.expire_time())));
  announcement.add_person_categories("veteran");
  EXPECT_FALSE(IsFor(announcement, person, kPublished));
  person.add_categories("veteran");
  EXPECT_TRUE(IsFor(announcement, person, kPublished));
  ASSERT_THAT(Withdraw(&announcement, "有误", kPublished), testing::IsOk());
  EXPECT_FALSE(IsFor(announcement, person, kPublished));
}

}  // namespace
}  // namespace baodao::inbox
