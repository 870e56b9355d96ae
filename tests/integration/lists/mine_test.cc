// Things that people and units have listed and proposed: they find it again, and edit it.
#include "tests/integration/lists/bookings.h"

namespace baodao::lists {
namespace {

using Resources = rpc::AsyncOf<v1::ResourceService>;
using Projects = rpc::AsyncOf<v1::ProjectService>;

class MineTest : public BookingsTest {
 protected:
  v1::UpdateResourceRequest EditOf(const std::string& resource, const std::string& field) {
    v1::UpdateResourceRequest request;
    request.set_request_id(NextRequest());
    request.set_resource_id(resource);
    request.mutable_update_mask()->add_paths(field);
    return request;
  }
  absl::StatusOr<v1::Resource> Send(const std::string& token,
                                    const v1::UpdateResourceRequest& request) {
    return Call<v1::ResourceService>(&Resources::UpdateResource, token, request);
  }
  int ProjectsOf(const std::string& token, const std::string& unit = "") {
    v1::ListMyProjectsRequest request;
    request.set_unit_id(unit);
    return Ok(Call<v1::ProjectService>(&Projects::ListMyProjects, token, request)).projects_size();
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, MineTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(MineTest, TheOwnerEditsWhatIsListed) {
  const std::string room = List(RoomOf(1, 0));
  v1::UpdateResourceRequest request = EditOf(room, "title");
  request.set_title("活动室");
  request.set_description("不在其中");
  const v1::Resource edited = Ok(Send(owner(), request));
  EXPECT_EQ(edited.title(), "活动室");
  EXPECT_EQ(edited.description(), "");
  const v1::Resource again = Ok(Send(owner(), request));
  EXPECT_EQ(again.SerializeAsString(), edited.SerializeAsString());
  const events::v1::ResourceChanged changed = Events().back().resource_changed();
  EXPECT_EQ(changed.before(), changed.resource().state());

  request = EditOf(room, "title");
  request.set_title("棋牌室");
  EXPECT_THAT(Send(coordinator(), request), testing::IsRefusal(Reason::PERMISSION_DENIED));
  request.set_etag("old");
  EXPECT_THAT(Send(owner(), request), testing::IsRefusal(Reason::STALE_VERSION));
  request.set_etag(edited.etag());
  ASSERT_THAT(Send(owner(), request), testing::IsOk());
  for (const char* field : {"title", "capacity", "booking", "state"}) {
    const absl::Status emptied = Send(owner(), EditOf(room, field)).status();
    EXPECT_EQ(ViolationsOf(emptied).size(), 1u) << field << emptied;
  }
  ASSERT_THAT(Withdraw(room), testing::IsOk());
  request = EditOf(room, "description");
  EXPECT_THAT(Send(owner(), request), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST_P(MineTest, WhatIsBookedStaysSoWhenTheResourceIsEdited) {
  const std::string room = List(RoomOf(1, 0));
  const v1::Booking booked = Ok(Book(NewPerson(), room));
  v1::UpdateResourceRequest request = EditOf(room, "capacity");
  request.set_capacity(2);
  ASSERT_THAT(Send(owner(), request), testing::IsOk());
  EXPECT_THAT(Book(NewPerson(), room), testing::IsRefusal(Reason::SLOT_FULL));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Book(NewPerson(), room, kWednesday + std::chrono::hours(1)), testing::IsOk());
  }
  request = EditOf(room, "slots");
  request.add_slots()->set_weekday(5);
  request.mutable_slots(0)->set_end_minute(60);
  ASSERT_THAT(Send(owner(), request), testing::IsOk());
  EXPECT_THAT(Book(NewPerson(), room), testing::IsRefusal(Reason::NO_SUCH_SLOT));
  EXPECT_EQ(StateOf(booked.booking_id()), v1::BOOKING_STATE_CONFIRMED);
  // It has a bound of its own with bookings, whatever is edited.
  request = EditOf(room, "capacity");
  request.set_capacity(kMaxPlaces + 1);
  EXPECT_EQ(ViolationsOf(Send(owner(), request).status()).size(), 1u);
}

// The room was had twice at the same time.
TEST_P(MineTest, BookingsByEarlierHoursKeepTheRoom) {
  const std::string room = List(RoomOf(1, 0));
  const v1::Booking booked = Ok(Book(NewPerson(), room));  // from nine to ten
  v1::UpdateResourceRequest request = EditOf(room, "slots");
  auto& open = *request.add_slots();
  open.set_weekday(3);
  open.set_start_minute(9 * 60 + 30);
  open.set_end_minute(12 * 60 + 30);
  ASSERT_THAT(Send(owner(), request), testing::IsOk());
  const Time half_past = kWednesday + std::chrono::minutes(30);
  EXPECT_THAT(Book(NewPerson(), room, half_past), testing::IsRefusal(Reason::SLOT_FULL));
  EXPECT_THAT(Book(NewPerson(), room, half_past + std::chrono::hours(1)), testing::IsOk());
  ASSERT_THAT(Cancel(By(booked.person_id()), booked.booking_id()), testing::IsOk());
  EXPECT_THAT(Book(NewPerson(), room, half_past), testing::IsOk());
}

TEST_P(MineTest, ASlotOfAnotherLengthBeginsAnewOnceNobodyHasIt) {
  const std::string room = List(RoomOf(1, 0));
  const v1::Booking booked = Ok(Book(NewPerson(), room));
  v1::UpdateResourceRequest request = EditOf(room, "booking");
  *request.mutable_booking() = RoomOf(1, 0).booking();
  request.mutable_booking()->set_slot_minutes(120);
  ASSERT_THAT(Send(owner(), request), testing::IsOk());
  EXPECT_THAT(Book(NewPerson(), room), testing::IsRefusal(Reason::SLOT_FULL));
  ASSERT_THAT(Cancel(By(booked.person_id()), booked.booking_id()), testing::IsOk());
  const auto longer = Book(NewPerson(), room);
  ASSERT_THAT(longer, testing::IsOk());
  EXPECT_EQ(ToTime(longer->window().end()), kWednesday + std::chrono::hours(2));
}

TEST_P(MineTest, ASlotClosesWhenItWasSaidWhenItWasBookedFirst) {
  const std::string room = List(RoomOf(2, 0));
  ASSERT_THAT(Book(NewPerson(), room), testing::IsOk());
  v1::UpdateResourceRequest request = EditOf(room, "booking");
  *request.mutable_booking() = RoomOf(2, 0).booking();
  request.mutable_booking()->set_notice_minutes(0);
  ASSERT_THAT(Send(owner(), request), testing::IsOk());
  const auto second = Book(NewPerson(), room);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_EQ(ToTime(second->cancel_until()), kWednesday - std::chrono::hours(2));
  clock_.AdvanceTo(kWednesday - std::chrono::hours(1));
  EXPECT_THAT(Book(NewPerson(), room), testing::IsRefusal(Reason::TOO_LATE));
}

TEST_P(MineTest, HoursOfWhatIsBookedDoNotOverlap) {
  v1::CreateResourceRequest request = RoomOf(1, 0);
  *request.add_slots() = request.slots(0);
  request.mutable_slots(1)->set_start_minute(10 * 60);
  request.mutable_slots(1)->set_end_minute(12 * 60);
  const auto listed = Call<v1::ResourceService>(&Resources::CreateResource, owner(), request);
  EXPECT_EQ(ViolationsOf(listed.status()).size(), 1u);
  request.set_request_id(NextRequest());
  request.mutable_slots(1)->set_start_minute(11 * 60);
  EXPECT_THAT(Call<v1::ResourceService>(&Resources::CreateResource, owner(), request),
              testing::IsOk());
}

TEST_P(MineTest, ThePlaceOfAPersonsIsExactForThemAlone) {
  const std::string room = List(RoomOf(1, 0));
  v1::UpdateResourceRequest request = EditOf(room, "place");
  request.mutable_place()->set_latitude(31.2698712);
  request.mutable_place()->set_longitude(121.5201234);
  EXPECT_DOUBLE_EQ(Ok(Send(owner(), request)).place().latitude(), 31.2698712);
  v1::GetResourceRequest get;
  get.set_resource_id(room);
  const auto seen = Call<v1::ResourceService>(&Resources::GetResource, coordinator(), get);
  EXPECT_DOUBLE_EQ(Ok(seen).place().latitude(), 31.27);
}

TEST_P(MineTest, ProjectsAreOfWhoProposedThemAndOfTheUnitThatHasThem) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = owner_id_;
  const v1::Project project = Ok(CreateProject());
  EXPECT_EQ(ProjectsOf(coordinator()), 1);
  EXPECT_EQ(ProjectsOf(owner()), 0);
  EXPECT_EQ(ProjectsOf(owner(), unit), 0);
  v1::ChangeProjectRequest approve;
  approve.set_request_id(NextRequest());
  approve.set_project_id(project.project_id());
  ASSERT_THAT(Call<v1::ProjectService>(&Projects::ApproveProject, coordinator(), approve),
              testing::IsOk());
  v1::ClaimProjectRequest claim;
  claim.set_request_id(NextRequest());
  claim.set_project_id(project.project_id());
  claim.set_unit_id(unit);
  ASSERT_THAT(Call<v1::ProjectService>(&Projects::ClaimProject, owner(), claim), testing::IsOk());
  EXPECT_EQ(ProjectsOf(owner(), unit), 1);
  v1::ListMyProjectsRequest others;
  others.set_unit_id(unit);
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::ListMyProjects, By(NewPerson()), others),
              testing::IsRefusal(Reason::NOT_THE_LIAISON));
}

TEST_P(MineTest, WhoFollowsAProjectHearsOfItUntilItIsOver) {
  const v1::Project project = Ok(CreateProject());
  const std::string follower = NewPerson(), other = NewPerson();
  v1::FollowProjectRequest follow;
  follow.set_project_id(project.project_id());
  using Method = rpc::detail::UnaryMember<Projects, v1::FollowProjectRequest, v1::Project>;
  const auto send = [&](Method method, const std::string& person) {
    follow.set_request_id(NextRequest());
    return Call<v1::ProjectService>(method, By(person), follow);
  };
  const auto followed = [&](const std::string& person) {
    v1::ListMyProjectsRequest request;
    request.set_followed(true);
    return Ok(Call<v1::ProjectService>(&Projects::ListMyProjects, By(person), request))
        .projects_size();
  };
  const size_t before = Events().size();
  EXPECT_TRUE(Ok(send(&Projects::FollowProject, follower)).followed());
  EXPECT_EQ(Ok(send(&Projects::FollowProject, other)).follower_count(), 2);
  EXPECT_EQ(Events().size(), before) << "nobody is told who follows";
  EXPECT_EQ(followed(follower), 1);
  EXPECT_EQ(ProjectsOf(By(follower)), 0) << "it is not theirs";
  const v1::Project unfollowed = Ok(send(&Projects::UnfollowProject, other));
  EXPECT_FALSE(unfollowed.followed());
  EXPECT_EQ(unfollowed.etag(), project.etag()) << "nobody has edited it";
  EXPECT_EQ(followed(other), 0);

  v1::UpdateProjectRequest update;
  update.set_request_id(NextRequest());
  update.set_project_id(project.project_id());
  update.set_title("加装电梯");
  update.set_etag(project.etag());
  update.mutable_update_mask()->add_paths("title");
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::UpdateProject, By(follower), update),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  const auto edited = Ok(Call<v1::ProjectService>(&Projects::UpdateProject, coordinator(), update));
  EXPECT_EQ(edited.title(), "加装电梯");
  const events::v1::ProjectChanged told = Events().back().project_changed();
  EXPECT_EQ(told.before(), told.project().state());
  EXPECT_THAT(told.follower_ids(), ::testing::ElementsAre(follower));
  EXPECT_NE(edited.etag(), project.etag());
  EXPECT_EQ(Ok(send(&Projects::FollowProject, follower)).etag(), edited.etag());
  update.set_request_id(NextRequest());
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::UpdateProject, coordinator(), update),
              testing::IsRefusal(Reason::STALE_VERSION));

  v1::ChangeProjectRequest cancel;
  cancel.set_request_id(NextRequest());
  cancel.set_project_id(project.project_id());
  cancel.set_comment("经费不足");
  ASSERT_THAT(Call<v1::ProjectService>(&Projects::CancelProject, coordinator(), cancel),
              testing::IsOk());
  EXPECT_THAT(Events().back().project_changed().follower_ids(), ::testing::ElementsAre(follower));
  EXPECT_EQ(followed(follower), 0) << "it is over";
  EXPECT_THAT(send(&Projects::FollowProject, other), testing::IsRefusal(Reason::WRONG_STATE));
}

}  // namespace
}  // namespace baodao::lists
