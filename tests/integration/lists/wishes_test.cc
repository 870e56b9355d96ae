// Needs with loose dates, and needs raised on behalf of somebody else.
#include <gtest/gtest.h>

#include "common/clock/time_text.h"
#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;

class LooseTest : public ListsTest {
 protected:
  // Any day from nine to twelve, within a week.
  v1::CreateNeedRequest LooseNeed() {
    v1::CreateNeedRequest request = RequestFor(kCommunity);
    request.clear_window();
    v1::TimeWishes& wishes = *request.mutable_wishes();
    *wishes.mutable_range()->mutable_start() = ToTimestamp(clock_.Now());
    *wishes.mutable_range()->mutable_end() = ToTimestamp(clock_.Now() + hours(24 * 7));
    for (int weekday = 1; weekday <= 7; ++weekday) {
      auto& morning = *wishes.add_times();
      morning.set_weekday(weekday);
      morning.set_start_minute(9 * 60);
      morning.set_end_minute(12 * 60);
    }
    wishes.set_duration_minutes(90);
    return request;
  }
  v1::CreateNeedRequest ForSomebody() {
    v1::CreateNeedRequest request = RequestFor(kCommunity);
    v1::Beneficiary& beneficiary = *request.mutable_beneficiary();
    beneficiary.set_name("李奶奶");
    beneficiary.set_phone("021-65431234");
    beneficiary.set_relation(v1::RELATION_NEIGHBOUR);
    beneficiary.set_consent(v1::CONSENT_SPOKEN);
    *beneficiary.mutable_consent_time() = ToTimestamp(clock_.Now());
    return request;
  }
  v1::Need Raise(const v1::CreateNeedRequest& request) {
    return Ok(Call<v1::NeedService>(&Needs::CreateNeed, requester_, request));
  }
  absl::StatusOr<v1::Need> PublishAt(const std::string& id, const common::v1::TimeWindow& window) {
    v1::PublishNeedRequest request;
    request.set_request_id(NextRequest());
    request.set_need_id(id);
    *request.mutable_window() = window;
    return Call<v1::NeedService>(&Needs::PublishNeed, coordinator_, request);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, LooseTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(LooseTest, WhoPublishesPicksAmongWhatFits) {
  const std::string id = Raise(LooseNeed()).need_id();
  ASSERT_THAT(Review(coordinator_, id, v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  v1::ListFittingWindowsRequest list;
  list.set_need_id(id);
  list.set_page_size(3);
  EXPECT_THAT(Call<v1::NeedService>(&Needs::ListFittingWindows, tokens_.Person(NewPerson()), list),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  const auto page = Ok(Call<v1::NeedService>(&Needs::ListFittingWindows, coordinator_, list));
  ASSERT_EQ(page.windows_size(), 3);
  *list.mutable_from_time() = page.windows(2).end();
  const auto next = Ok(Call<v1::NeedService>(&Needs::ListFittingWindows, coordinator_, list));
  EXPECT_GE(ToTime(next.windows(0).start()), ToTime(page.windows(2).end()));
  // Fewer than were asked for are all that are left.
  list.set_page_size(50);
  const auto rest = Ok(Call<v1::NeedService>(&Needs::ListFittingWindows, coordinator_, list));
  ASSERT_LT(rest.windows_size(), 50);
  *list.mutable_from_time() = rest.windows().rbegin()->end();
  EXPECT_TRUE(
      Ok(Call<v1::NeedService>(&Needs::ListFittingWindows, coordinator_, list)).windows().empty());

  EXPECT_EQ(ViolationsOf(Publish(coordinator_, id, "p1").status()).at(0).field, "window");
  common::v1::TimeWindow evening = page.windows(0);
  *evening.mutable_start() = ToTimestamp(ToTime(evening.start()) + hours(9));
  *evening.mutable_end() = ToTimestamp(ToTime(evening.end()) + hours(9));
  EXPECT_THAT(PublishAt(id, evening), testing::IsRefusal(Reason::WISHES_NOT_MET));
  EXPECT_EQ(peers_.requests.size(), 0u);
  ASSERT_THAT(PublishAt(id, page.windows(1)), testing::IsOk());
  EXPECT_EQ(ToTime(peers_.requests.back().window().start()), ToTime(page.windows(1).start()));
  const v1::Need need = Events().back().need_changed().need();
  EXPECT_FALSE(need.has_window());
  EXPECT_TRUE(need.has_wishes());
}

// The task of one afternoon is lost: other days are left.
TEST_P(LooseTest, ANeedWhoseTaskIsLostIsPublishedForAnotherOfItsDays) {
  const std::string id = Raise(LooseNeed()).need_id();
  ASSERT_THAT(Review(coordinator_, id, v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  v1::ListFittingWindowsRequest list;
  list.set_need_id(id);
  const auto windows = Ok(Call<v1::NeedService>(&Needs::ListFittingWindows, requester_, list));
  const v1::Need published = Ok(PublishAt(id, windows.windows(0)));
  clock_.AdvanceTo(ToTime(windows.windows(0).end()) + hours(1));
  coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
  ASSERT_THAT(TellTask(id, published.task_id(), dispatch::v1::TASK_STATE_EXPIRED, 5),
              testing::IsOk());
  EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_THAT(PublishAt(id, windows.windows(9)), testing::IsOk());
}

TEST_P(LooseTest, WhoIsHelpedIsSealedAndShownToThoseWhoHelp) {
  const std::string id = Raise(ForSomebody()).need_id();
  const v1::NeedRecord record = Record(id);
  EXPECT_EQ(record.SerializeAsString().find("李奶奶"), std::string::npos);
  EXPECT_EQ(GetNeed(requester_, id)->beneficiary().name(), "李奶奶");
  const v1::Need reviewed = Ok(Review(coordinator_, id, v1::NEED_VERDICT_ACCEPT));
  EXPECT_NE(reviewed.beneficiary().name(), "李奶奶") << "masked";
  EXPECT_EQ(reviewed.beneficiary().consent(), v1::CONSENT_SPOKEN);
  const auto released = [&] {
    return CountEvents([](const events::v1::Event& event) { return event.has_contact_released(); });
  };
  EXPECT_EQ(released(), 0);
  EXPECT_EQ(GetNeed(coordinator_, id)->beneficiary().phone(), "021-65431234");
  EXPECT_EQ(released(), 1);
  for (const events::v1::Event& event : Events()) {
    EXPECT_FALSE(event.need_changed().need().has_beneficiary());
  }
  ASSERT_THAT(Publish(coordinator_, id, "p1"), testing::IsOk());
  const dispatch::v1::TaskContact& contact = peers_.requests.back().contact();
  EXPECT_EQ(contact.beneficiary_name(), "李奶奶");
  EXPECT_EQ(contact.beneficiary_phone(), "021-65431234");
  EXPECT_EQ(contact.phone(), "13812345678") << "who can be reached for them";
}

TEST_P(LooseTest, AnotherIsHelpedAfterAnEdit) {
  const std::string id = Raise(ForSomebody()).need_id();
  v1::UpdateNeedRequest update;
  update.set_request_id(NextRequest());
  update.set_need_id(id);
  update.mutable_update_mask()->add_paths("beneficiary");
  *update.mutable_beneficiary() = ForSomebody().beneficiary();
  update.mutable_beneficiary()->set_name("张爷爷");
  EXPECT_EQ(Ok(Call<v1::NeedService>(&Needs::UpdateNeed, requester_, update)).beneficiary().name(),
            "张爷爷");
  EXPECT_EQ(GetNeed(requester_, id)->contact().phone(), "13812345678") << "the rest stays";
  update.clear_beneficiary();
  update.set_request_id(NextRequest());
  EXPECT_FALSE(Ok(Call<v1::NeedService>(&Needs::UpdateNeed, requester_, update)).has_beneficiary());
}

}  // namespace
}  // namespace baodao::lists
