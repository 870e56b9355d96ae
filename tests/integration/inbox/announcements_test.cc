// Announcements of areas, and which of them each person sees.
#include <gmock/gmock.h>

#include "baodao/inbox/v1/announcement.grpc.pb.h"
#include "common/async/for_each.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Notices = rpc::AsyncOf<v1::AnnouncementService>;

class AnnouncementsTest : public InboxTest {
 protected:
  AnnouncementsTest() {
    imported_.push_back(testing::AreaOf("310110010", "310110",
                                        registration::v1::AREA_LEVEL_SUBDISTRICT, "五角场街道"));
    for (auto& replica : replicas_) testing::Run(loop_, replica->areas.Load());
    people_.known[reader_id_].add_area_codes(kCommunity);
    people_.known[reader_id_].add_categories("veteran");
  }

  v1::PublishAnnouncementRequest Asked(const std::string& area, const std::string& title) {
    v1::PublishAnnouncementRequest request;
    request.set_request_id(NextRequest());
    request.set_area_code(area);
    request.set_category("notice");
    request.set_title(title);
    request.set_body("详情见居委会公告栏。");
    return request;
  }
  absl::StatusOr<v1::Announcement> Publish(const v1::PublishAnnouncementRequest& request,
                                           int replica = 0) {
    // Those of one millisecond are in the order of their shards.
    const auto last = ids::TimeOf(ids::New("ann", 0));
    while (ids::TimeOf(ids::New("ann", 0)) == last) {
    }
    return ServiceFixture::Call<v1::AnnouncementService>(&Notices::PublishAnnouncement, Above(),
                                                         request, replica);
  }
  absl::StatusOr<v1::ListMyAnnouncementsResponse> Mine(int page_size = 0,
                                                       const std::string& token = "",
                                                       const std::string& category = "") {
    v1::ListMyAnnouncementsRequest request;
    request.set_person_id(reader_id_);
    request.set_page_size(page_size);
    request.set_page_token(token);
    request.set_category(category);
    return ServiceFixture::Call<v1::AnnouncementService>(&Notices::ListMyAnnouncements, reader_,
                                                         request, 1);
  }
  template <class Response>
  static std::vector<std::string> Titles(const Response& response) {
    std::vector<std::string> titles;
    for (const v1::Announcement& one : response.announcements()) titles.push_back(one.title());
    return titles;
  }
  std::vector<std::string> MyTitles() { return Titles(Ok(Mine())); }
  absl::StatusOr<v1::Announcement> Withdraw(const std::string& id) {
    v1::WithdrawAnnouncementRequest request;
    request.set_request_id(NextRequest());
    request.set_announcement_id(id);
    request.set_reason("时间有误");
    return ServiceFixture::Call<v1::AnnouncementService>(&Notices::WithdrawAnnouncement, Above(),
                                                         request);
  }
  NewestAnnouncements Newest() {
    const auto head =
        testing::Run(loop_, replicas_[0]->inbox.Head(*replicas_[0]->inbox.PersonOwner(reader_id_)));
    return Ok(
        testing::Run(loop_, replicas_[0]->announcements.Newest(rpc::CallOptions(), reader_id_,
                                                               Ok(head).announcement_read())));
  }

  std::string Above() { return tokens_.Coordinator(above_, "310110"); }

  const std::string above_ = ids::New("per", 1);
};

INSTANTIATE_TEST_SUITE_P(Stores, AnnouncementsTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(AnnouncementsTest, APersonSeesWhatTheAreasAboveThemSayToThem) {
  Ok(Publish(Asked("310110", "全区")));
  Ok(Publish(Asked("310110010", "别的街道")));
  Ok(Publish(Asked("310110009", "街道")));
  Ok(Publish(Asked(kCommunity, "社区")));
  v1::PublishAnnouncementRequest for_some = Asked(kCommunity, "退役军人");
  for_some.add_person_categories("veteran");
  Ok(Publish(for_some));
  for_some = Asked(kCommunity, "党员");
  for_some.add_person_categories("party_member");
  Ok(Publish(for_some));
  EXPECT_THAT(MyTitles(), ElementsAre("退役军人", "社区", "街道", "全区"));
  const auto page = Ok(Mine(3));
  EXPECT_THAT(Titles(page), ElementsAre("退役军人", "社区", "街道"));
  EXPECT_THAT(Titles(Ok(Mine(3, page.next_page_token()))), ElementsAre("全区"));
  EXPECT_THAT(Titles(Ok(Mine(0, "", "event"))), IsEmpty());
  // Nobody's without a registration.
  people_.known[reader_id_].clear_area_codes();
  EXPECT_THAT(MyTitles(), IsEmpty());
}

TEST_P(AnnouncementsTest, WhatIsWithdrawnOrExpiredIsShownNoMore) {
  v1::PublishAnnouncementRequest soon = Asked(kCommunity, "今天");
  *soon.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::hours(1));
  const auto today = Ok(Publish(soon));
  const auto wrong = Ok(Publish(Asked(kCommunity, "写错了")));
  Ok(Publish(Asked(kCommunity, "以后")));
  const auto withdrawn = Ok(Withdraw(wrong.announcement_id()));
  EXPECT_EQ(withdrawn.state(), v1::ANNOUNCEMENT_STATE_WITHDRAWN);
  EXPECT_EQ(testing::ReasonName(Withdraw(wrong.announcement_id()).status()), "WRONG_STATE");
  clock_.Advance(std::chrono::hours(1));
  EXPECT_THAT(MyTitles(), ElementsAre("以后"));  // also before the timer
  for (const timers::Timer& timer : TakeDue(clock_.Now())) {
    if (timer.kind != record::kDeadlineTimer) continue;
    EXPECT_THAT(testing::Run(loop_, replicas_[1]->records.OnDeadline(timer)), testing::IsOk());
  }
  v1::GetAnnouncementRequest get;
  get.set_announcement_id(today.announcement_id());
  const auto shown =
      ServiceFixture::Call<v1::AnnouncementService>(&Notices::GetAnnouncement, reader_, get);
  EXPECT_EQ(Ok(shown).state(), v1::ANNOUNCEMENT_STATE_EXPIRED);
  v1::ListAnnouncementsRequest list;
  list.set_area_code("310110");
  EXPECT_THAT(Titles(Ok(ServiceFixture::Call<v1::AnnouncementService>(&Notices::ListAnnouncements,
                                                                      Above(), list))),
              ElementsAre("以后", "写错了", "今天"));
}

// Both replicas at once: the day of an area is counted with what is published.
TEST_P(AnnouncementsTest, AnAreaPublishesFiveADayWhicheverReplicasAreAsked) {
  std::vector<absl::StatusOr<v1::Announcement>> answers(8, absl::UnknownError(""));
  std::vector<v1::PublishAnnouncementRequest> requests;
  for (int i = 0; i < 8; ++i) requests.push_back(Asked(kCommunity, "第" + std::to_string(i)));
  std::function<Task<void>(size_t)> publish = [&](size_t i) -> Task<void> {
    answers[i] = co_await CallTask<v1::AnnouncementService>(&Notices::PublishAnnouncement, Above(),
                                                            requests[i], static_cast<int>(i % 2));
  };
  testing::Run(loop_, ForEach(8, 8, std::move(publish)));
  int refused = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].ok()) continue;
    ++refused;
    EXPECT_EQ(testing::ReasonName(answers[i].status()), "RATE_LIMITED");
    EXPECT_TRUE(RetryAfterOf(answers[i].status()).has_value());
  }
  EXPECT_EQ(refused, 3);
  EXPECT_EQ(MyTitles().size(), 5u);
  Ok(Publish(Asked("310110009", "别的区域照常")));
  clock_.Advance(std::chrono::hours(24));
  Ok(Publish(Asked(kCommunity, "第二天")));
}

TEST_P(AnnouncementsTest, TheFirstScreenCountsWhatIsNotRead) {
  std::vector<v1::Announcement> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(Ok(Publish(Asked(kCommunity, std::to_string(i)))));
  }
  EXPECT_EQ(Newest().shown.size(), kShownAtHome);
  EXPECT_EQ(Newest().shown[0].title(), "3");
  EXPECT_EQ(Newest().unread, 4);
  v1::MarkAnnouncementsReadRequest mark;
  mark.set_person_id(reader_id_);
  for (const int read : {2, 0}) {  // it never goes back
    mark.set_request_id(NextRequest());
    mark.set_announcement_id(all[read].announcement_id());
    const auto marked = Ok(ServiceFixture::Call<v1::AnnouncementService>(
        &Notices::MarkAnnouncementsRead, reader_, mark));
    EXPECT_EQ(marked.read_id(), all[2].announcement_id());
    EXPECT_EQ(Newest().unread, 1);
  }
  mark.set_request_id(NextRequest());
  mark.set_announcement_id(ids::New("ann", 1));
  EXPECT_EQ(testing::ReasonName(ServiceFixture::Call<v1::AnnouncementService>(
                                    &Notices::MarkAnnouncementsRead, reader_, mark)
                                    .status()),
            "NOT_FOUND");
}

}  // namespace
}  // namespace baodao::inbox
