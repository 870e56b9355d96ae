// What lists asks of an account, and what it keeps of one that was deleted.
#include "services/lists/app/account.h"

#include "common/testing/matchers.h"
#include "tests/integration/lists/bookings.h"

namespace baodao::lists {
namespace {

class AccountsTest : public BookingsTest {
 protected:
  std::vector<std::string> Open(const std::string& person) {
    const v1::Obligations found = Ok(Run(ObligationsOf(replicas_[1]->app, person)));
    return {found.kinds().begin(), found.kinds().end()};
  }
  absl::Status Deleted(const std::string& person) {
    events::Delivery delivery;
    delivery.service = "registration";
    delivery.event.mutable_account_deleted()->set_person_id(person);
    return Run(replicas_[0]->follower.OnEvent(delivery));
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, AccountsTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(AccountsTest, WhoHasNotConsentedRaisesNoNeedAndBooksNothing) {
  const std::string room = List(RoomOf(1, 1));
  const v1::Need before = Ok(CreateNeed(requester_, kCommunity));
  EXPECT_EQ(peers_.identities_asked, 0) << "no text is in force";
  for (auto& replica : replicas_) replica->app.privacy_version = "2026-11";
  peers_.consent_required = true;
  EXPECT_THAT(CreateNeed(requester_, kCommunity), testing::IsRefusal(Reason::CONSENT_REQUIRED));
  EXPECT_THAT(Book(requester_id_, room), testing::IsRefusal(Reason::CONSENT_REQUIRED));
  v1::CreateNeedSeriesRequest repeat;
  repeat.set_request_id(NextRequest());
  repeat.set_need_id(before.need_id());
  repeat.set_rrule("FREQ=WEEKLY;COUNT=3");
  EXPECT_THAT(Call<v1::NeedSeriesService>(&rpc::AsyncOf<v1::NeedSeriesService>::CreateNeedSeries,
                                          requester_, repeat),
              testing::IsRefusal(Reason::CONSENT_REQUIRED));
  EXPECT_THAT(ListsTest::Cancel(requester_, before.need_id(), "leave"), testing::IsOk());
  peers_.consent_required = false;
  EXPECT_THAT(CreateNeed(requester_, kCommunity), testing::IsOk());
  EXPECT_THAT(Book(requester_id_, room), testing::IsOk());
}

TEST_P(AccountsTest, WhatIsNotOverIsNamed) {
  EXPECT_TRUE(Open(requester_id_).empty());
  const std::string need = Ok(CreateNeed(requester_, kCommunity)).need_id();
  const std::string room = List(RoomOf(1, 1));
  const std::string booking = Ok(Book(requester_id_, room)).booking_id();
  EXPECT_EQ(Open(requester_id_), (std::vector<std::string>{"need", "booking"}));
  EXPECT_THAT(ListsTest::Cancel(requester_, need, "cancel"), testing::IsOk());
  EXPECT_EQ(Open(requester_id_), std::vector<std::string>{"booking"});
  EXPECT_THAT(BookingsTest::Cancel(requester_, booking), testing::IsOk());
  EXPECT_TRUE(Open(requester_id_).empty());
  EXPECT_TRUE(Open(coordinator_id_).empty());
}

TEST_P(AccountsTest, NothingPrivateIsLeftOfADeletedAccount) {
  const std::string other = NewPerson();
  const std::string kept = Ok(CreateNeed(By(other), kCommunity)).need_id();
  std::vector<std::string> needs;
  for (int i = 0; i < 3; ++i) needs.push_back(Ok(CreateNeed(requester_, kCommunity)).need_id());
  const std::string room = List(RoomOf(1, 1));
  v1::BookResourceRequest wish = Wish(room);
  wish.set_note("轮椅");
  const std::string booking =
      Ok(Call<v1::BookingService>(&Bookings::BookResource, requester_, wish)).booking_id();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ListsTest::Cancel(requester_, needs[i], "cancel-" + std::to_string(i)),
                testing::IsOk());
  }
  const auto events = CountEvents([](const auto&) { return true; });
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Deleted(requester_id_), testing::IsOk());
  for (const std::string& need : needs) {
    EXPECT_EQ(Record(need).sealed_details(), "");
    EXPECT_EQ(Record(need).need().state(), v1::NEED_STATE_CANCELLED);
  }
  EXPECT_EQ(Ok(Run(replicas_[0]->records.Find(kBooking, booking))).record.booking().note(), "");
  EXPECT_NE(Record(kept).sealed_details(), "");
  EXPECT_EQ(CountEvents([](const auto&) { return true; }), events) << "nobody hears of it";
  EXPECT_EQ(Ok(GetNeed(coordinator_, needs[0])).contact().phone(), "");
}

}  // namespace
}  // namespace baodao::lists
