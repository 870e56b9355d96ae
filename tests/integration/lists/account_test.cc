// Accounts in lists: what keeps one from being deleted, and what is left of one that was.
#include "services/lists/app/account.h"

#include <google/protobuf/descriptor.h>

#include <set>

#include "common/testing/matchers.h"
#include "tests/integration/lists/bookings.h"

namespace baodao::lists {
namespace {

class AccountsTest : public BookingsTest {
 protected:
  using Resources = rpc::AsyncOf<v1::ResourceService>;

  std::vector<std::string> Open(const std::string& person) {
    const v1::Obligations found = Ok(Run(ObligationsOf(replicas_[1]->app, person)));
    return {found.kinds().begin(), found.kinds().end()};
  }
  // Names of the fields that are set.
  static std::set<std::string> FieldsOf(const google::protobuf::Message& message) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    std::set<std::string> names;
    for (const auto* field : set) names.insert(field->name());
    return names;
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
  const auto list = [&] {
    return Call<v1::ResourceService>(&rpc::AsyncOf<v1::ResourceService>::CreateResource, requester_,
                                     RoomOf(1, 1));
  };
  EXPECT_THAT(list(), testing::IsRefusal(Reason::CONSENT_REQUIRED));
  v1::UpdateNeedRequest edit;
  edit.set_need_id(before.need_id());
  edit.mutable_update_mask()->add_paths("contact");
  const auto update = [&] {
    edit.set_request_id(NextRequest());
    return Call<v1::NeedService>(&rpc::AsyncOf<v1::NeedService>::UpdateNeed, requester_, edit);
  };
  edit.mutable_contact()->set_phone("13912345678");
  EXPECT_THAT(update(), testing::IsRefusal(Reason::CONSENT_REQUIRED));
  edit.clear_contact();
  EXPECT_THAT(update(), testing::IsOk()) << "it only takes away";
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
  v1::CreateNeedRequest need = RequestFor(kCommunity);
  need.set_description("二楼左手，老人耳背");
  need.mutable_place()->set_latitude(31.2712);
  need.mutable_place()->set_longitude(121.5212);
  for (int i = 0; i < 3; ++i) {
    need.set_request_id(NextRequest());
    needs.push_back(Ok(Call<v1::NeedService>(&Needs::CreateNeed, requester_, need)).need_id());
  }
  v1::CreateResourceRequest lent = RoomIn(kCommunity);
  lent.set_description("放在家里");
  *lent.mutable_place() = need.place();
  const std::string resource =
      Ok(Call<v1::ResourceService>(&Resources::CreateResource, requester_, lent)).resource_id();
  v1::WithdrawResourceRequest withdraw;
  withdraw.set_request_id(NextRequest());
  withdraw.set_resource_id(resource);
  withdraw.set_reason("搬家");
  EXPECT_THAT(Call<v1::ResourceService>(&Resources::WithdrawResource, requester_, withdraw),
              testing::IsOk());
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
  // Everything else is empty.
  using ::testing::IsSubsetOf;
  for (const std::string& id : needs) {
    const v1::NeedRecord record = Record(id);
    EXPECT_THAT(FieldsOf(record), IsSubsetOf({"need", "cancellation", "edits"}));
    EXPECT_THAT(FieldsOf(record.need()),
                IsSubsetOf({"need_id", "title", "category", "area_code", "window", "people_wanted",
                            "skills", "state", "requester_id", "create_time", "update_time",
                            "credentials", "urgency"}));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_CANCELLED);
  }
  const auto booked = Ok(Run(replicas_[0]->records.Find(kBooking, booking)));
  EXPECT_THAT(FieldsOf(booked.record), IsSubsetOf({"booking", "remind_time", "counted_in"}));
  EXPECT_THAT(
      FieldsOf(booked.record.booking()),
      IsSubsetOf({"booking_id", "resource_id", "title", "area_code", "owner_id", "person_id",
                  "window", "state", "cancel_until", "create_time", "update_time"}));
  const auto listed = Ok(Run(replicas_[0]->records.Find(kResource, resource)));
  EXPECT_THAT(FieldsOf(listed.record), IsSubsetOf({"resource"}));
  EXPECT_THAT(FieldsOf(listed.record.resource()),
              IsSubsetOf({"resource_id", "title", "category", "area_code", "capacity", "slots",
                          "state", "owner_id", "create_time", "update_time", "expire_time"}));
  EXPECT_NE(Record(kept).sealed_details(), "");
  EXPECT_EQ(CountEvents([](const auto&) { return true; }), events) << "nobody hears of it";
  EXPECT_EQ(Ok(GetNeed(coordinator_, needs[0])).contact().phone(), "");
}

// An access token lives for 15 minutes after the account has gone.
TEST_P(AccountsTest, ATokenThatIsLeftBringsNothingIn) {
  const std::string room = List(RoomOf(1, 1));
  const v1::Need before = Ok(CreateNeed(requester_, kCommunity));
  EXPECT_THAT(Deleted(requester_id_), testing::IsOk());
  EXPECT_THAT(CreateNeed(requester_, kCommunity), testing::IsRefusal(Reason::SESSION_ENDED));
  EXPECT_THAT(Book(requester_id_, room), testing::IsRefusal(Reason::SESSION_ENDED));
  EXPECT_THAT(Call<v1::ResourceService>(&Resources::CreateResource, requester_, RoomOf(1, 1)),
              testing::IsRefusal(Reason::SESSION_ENDED));
  v1::UpdateNeedRequest edit;
  edit.set_request_id(NextRequest());
  edit.set_need_id(before.need_id());
  edit.set_description("二楼左手");
  edit.mutable_update_mask()->add_paths("description");
  EXPECT_THAT(Call<v1::NeedService>(&Needs::UpdateNeed, requester_, edit),
              testing::IsRefusal(Reason::SESSION_ENDED));
  EXPECT_THAT(CreateNeed(By(NewPerson()), kCommunity), testing::IsOk());
}

}  // namespace
}  // namespace baodao::lists
