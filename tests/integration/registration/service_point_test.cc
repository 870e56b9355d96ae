// Service points: entered, changed, closed and found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baodao/registration/v1/service_point.grpc.pb.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ServicePointTest : public ServiceTest {
 protected:
  using ServicePoints = rpc::AsyncOf<v1::ServicePointService>;

  // In c1, so many metres north of its centre.
  v1::CreateServicePointRequest PointAt(double north_m, const std::string& area = "c1") {
    v1::CreateServicePointRequest request;
    request.set_request_id(NextRequest());
    request.set_name("控江路家门口服务站");
    request.set_kind(v1::SERVICE_POINT_KIND_DOORSTEP_STATION);
    request.set_area_code(area);
    *request.mutable_place() = areas_->tree()->Find(area)->center();
    request.mutable_place()->set_latitude(request.place().latitude() + north_m / 111'195);
    request.set_phone("021-12345678");
    common::v1::WeeklySlot& monday = *request.add_opening_hours();
    monday.set_weekday(1);
    monday.set_start_minute(9 * 60);
    monday.set_end_minute(17 * 60);
    return request;
  }
  absl::StatusOr<v1::ServicePoint> Create(const v1::CreateServicePointRequest& request) {
    return Call<v1::ServicePointService>(&ServicePoints::CreateServicePoint, Coordinator("s1"),
                                         request);
  }
  absl::StatusOr<v1::ServicePoint> Get(const std::string& id) {
    v1::GetServicePointRequest request;
    request.set_service_point_id(id);
    return Call<v1::ServicePointService>(&ServicePoints::GetServicePoint, "", request);
  }
  std::vector<std::string> List(const std::string& area,
                                std::vector<v1::ServicePointState> states = {},
                                v1::ServicePointKind kind = v1::SERVICE_POINT_KIND_UNSPECIFIED) {
    v1::ListServicePointsRequest request;
    request.set_area_code(area);
    request.set_kind(kind);
    for (const v1::ServicePointState state : states) request.add_states(state);
    request.set_page_size(1);
    std::vector<std::string> ids;
    do {
      const auto page =
          Call<v1::ServicePointService>(&ServicePoints::ListServicePoints, "", request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const auto& point : page->service_points()) ids.push_back(point.service_point_id());
      if (request.page_token().empty()) first_total_ = page->total_size();
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  std::vector<std::string> Nearest(const v1::ServicePoint& at, int radius_m = 0, int limit = 0) {
    v1::FindNearestServicePointsRequest request;
    *request.mutable_point() = at.place();
    request.set_radius_m(radius_m);
    request.set_limit(limit);
    const auto found =
        Call<v1::ServicePointService>(&ServicePoints::FindNearestServicePoints, "", request);
    EXPECT_THAT(found, testing::IsOk());
    std::vector<std::string> ids;
    for (const auto& hit : found->hits()) ids.push_back(hit.service_point().service_point_id());
    return ids;
  }
  absl::StatusOr<v1::ServicePoint> Close(const std::string& token, const std::string& id) {
    v1::CloseServicePointRequest request;
    request.set_request_id(NextRequest());
    request.set_service_point_id(id);
    request.set_reason("房屋修缮");
    return Call<v1::ServicePointService>(&ServicePoints::CloseServicePoint, token, request);
  }
  absl::StatusOr<v1::ServicePoint> Update(const v1::UpdateServicePointRequest& request) {
    return Call<v1::ServicePointService>(&ServicePoints::UpdateServicePoint, Coordinator("s1"),
                                         request);
  }

  int first_total_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, ServicePointTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(ServicePointTest, EverybodyFindsWhatACoordinatorEntered) {
  const auto near = Create(PointAt(100));
  ASSERT_THAT(near, testing::IsOk());
  EXPECT_EQ(near->state(), v1::SERVICE_POINT_STATE_ACTIVE);
  clock_.Advance(Millis(1));
  v1::CreateServicePointRequest centre = PointAt(900);
  centre.set_kind(v1::SERVICE_POINT_KIND_PARTY_CENTRE);
  const auto far = Create(centre);
  ASSERT_THAT(far, testing::IsOk());
  const auto seen = Get(near->service_point_id());
  ASSERT_THAT(seen, testing::IsOk());
  EXPECT_EQ(seen->phone(), "021-12345678");
  EXPECT_EQ(seen->etag(), near->etag());
  const std::vector<std::string> both{near->service_point_id(), far->service_point_id()};
  EXPECT_EQ(List("c1"), both);
  EXPECT_EQ(first_total_, 2);
  EXPECT_EQ(List("31"), both);
  EXPECT_THAT(List("c2"), IsEmpty());
  EXPECT_THAT(List("s1", {}, v1::SERVICE_POINT_KIND_PARTY_CENTRE),
              ElementsAre(far->service_point_id()));
  EXPECT_EQ(Nearest(*near), both);
  EXPECT_THAT(Nearest(*far), ElementsAre(far->service_point_id(), near->service_point_id()));
  EXPECT_THAT(Nearest(*far, 500), ElementsAre(far->service_point_id()));
  EXPECT_THAT(Nearest(*far, 0, 1), ElementsAre(far->service_point_id()));
}

TEST_P(ServicePointTest, ClosesByHandAndOpensAgain) {
  const std::string id = Create(PointAt(0))->service_point_id();
  EXPECT_EQ(ReasonName(Close(LogIn("13812345678").token, id)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Close(Coordinator("s2"), id)), "PERMISSION_DENIED");
  const auto closed = Close(Coordinator("s1"), id);
  ASSERT_THAT(closed, testing::IsOk());
  EXPECT_EQ(closed->close_reason(), "房屋修缮");
  EXPECT_EQ(ReasonName(Close(Coordinator("s1"), id)), "WRONG_STATE");
  EXPECT_THAT(List("c1", {v1::SERVICE_POINT_STATE_ACTIVE}), IsEmpty());
  EXPECT_THAT(List("c1", {v1::SERVICE_POINT_STATE_CLOSED_DOWN}), ElementsAre(id));
  EXPECT_THAT(List("c1", {v1::SERVICE_POINT_STATE_ACTIVE, v1::SERVICE_POINT_STATE_CLOSED_DOWN}),
              ElementsAre(id));
  EXPECT_THAT(Nearest(*closed), IsEmpty());
  v1::ReopenServicePointRequest reopen;
  reopen.set_request_id(NextRequest());
  reopen.set_service_point_id(id);
  const auto open =
      Call<v1::ServicePointService>(&ServicePoints::ReopenServicePoint, Coordinator("s1"), reopen);
  ASSERT_THAT(open, testing::IsOk());
  EXPECT_TRUE(open->close_reason().empty());
  EXPECT_THAT(Nearest(*open), ElementsAre(id));
}

TEST_P(ServicePointTest, ClosesByItselfAtItsCloseTime) {
  v1::CreateServicePointRequest request = PointAt(0);
  *request.mutable_close_time() = ToTimestamp(clock_.Now() + hours(48));
  const std::string id = Create(request)->service_point_id();
  Advance(hours(47));
  EXPECT_EQ(Get(id)->state(), v1::SERVICE_POINT_STATE_ACTIVE);
  v1::UpdateServicePointRequest later;
  later.set_request_id(NextRequest());
  later.set_service_point_id(id);
  *later.mutable_close_time() = ToTimestamp(clock_.Now() + hours(10));
  later.mutable_update_mask()->add_paths("close_time");
  ASSERT_THAT(Update(later), testing::IsOk());
  Advance(hours(9));
  EXPECT_EQ(Get(id)->state(), v1::SERVICE_POINT_STATE_ACTIVE);
  Advance(hours(1));
  const auto closed = Get(id);
  EXPECT_EQ(closed->state(), v1::SERVICE_POINT_STATE_CLOSED_DOWN);
  EXPECT_TRUE(closed->close_reason().empty());
  const auto closes = [](const events::v1::Event& event) {
    const auto& change = event.service_point_changed();
    return change.service_point().state() == v1::SERVICE_POINT_STATE_CLOSED_DOWN &&
           change.before() == v1::SERVICE_POINT_STATE_ACTIVE;
  };
  EXPECT_EQ(CountEvents(closes), 1);
}

TEST_P(ServicePointTest, AnUpdateChangesWhatItNamesUnlessSomebodyWasFaster) {
  const auto created = Create(PointAt(0));
  ASSERT_THAT(created, testing::IsOk());
  v1::UpdateServicePointRequest request;
  request.set_request_id(NextRequest());
  request.set_service_point_id(created->service_point_id());
  request.set_phone("13812345678");
  request.set_name("不在清单里");
  request.mutable_update_mask()->add_paths("phone");
  request.set_etag(created->etag());
  const auto updated = Update(request);
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_EQ(updated->phone(), "13812345678");
  EXPECT_EQ(updated->name(), created->name());
  EXPECT_NE(updated->etag(), created->etag());
  const auto again = Update(request);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->etag(), updated->etag()) << "the same request has the same answer";
  request.set_request_id(NextRequest());
  EXPECT_EQ(ReasonName(Update(request)), "STALE_VERSION");
  request.set_etag(updated->etag());
  request.mutable_update_mask()->add_paths("area_code");
  request.mutable_update_mask()->add_paths("place");
  const auto violations = ViolationsOf(Update(request).status());
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].kind, ViolationKind::UNKNOWN_FIELD);
  EXPECT_EQ(violations[1].field, "place");
}

// A client that sends everything back is not refused for what it does not change.
TEST_P(ServicePointTest, OnlyWhatTheMaskNamesIsJudged) {
  v1::CreateServicePointRequest far = PointAt(60'000);
  far.set_place_confirmed(true);
  *far.mutable_close_time() = ToTimestamp(clock_.Now() + hours(1));
  const auto created = Create(far);
  ASSERT_THAT(created, testing::IsOk());
  Advance(hours(2));
  v1::UpdateServicePointRequest request;
  request.set_request_id(NextRequest());
  request.set_service_point_id(created->service_point_id());
  *request.mutable_place() = created->place();
  *request.mutable_close_time() = created->close_time();
  request.set_phone("12345");
  request.mutable_update_mask()->add_paths("phone");
  EXPECT_THAT(Update(request), testing::IsOk());
  request.set_request_id(NextRequest());
  *request.mutable_close_time() = ToTimestamp(clock_.Now() + hours(1));
  request.mutable_update_mask()->add_paths("close_time");
  EXPECT_EQ(ReasonName(Update(request)), "WRONG_STATE") << "it is closed";
}

TEST_P(ServicePointTest, WhatCannotBeMeantIsRefused) {
  v1::CreateServicePointRequest nowhere = PointAt(0);
  nowhere.mutable_place()->Clear();
  EXPECT_EQ(ViolationsOf(Create(nowhere).status()).at(0).field, "place");
  v1::CreateServicePointRequest high = PointAt(0);
  high.set_area_code("d1");
  EXPECT_EQ(ReasonName(Call<v1::ServicePointService>(&ServicePoints::CreateServicePoint,
                                                     Coordinator("31"), high)),
            "AREA_LEVEL_WRONG");

  v1::CreateServicePointRequest request = PointAt(60'000);
  EXPECT_EQ(ReasonName(Create(request)), "PLACE_FAR_FROM_AREA");
  request.set_place_confirmed(true);
  EXPECT_THAT(Create(request), testing::IsOk());
  request = PointAt(0);
  request.mutable_opening_hours(0)->set_start_minute(18 * 60);
  EXPECT_EQ(ViolationsOf(Create(request).status()).at(0).field, "opening_hours[0].end_minute");
  request = PointAt(0);
  *request.mutable_close_time() = ToTimestamp(clock_.Now());
  EXPECT_EQ(ViolationsOf(Create(request).status()).at(0).kind, ViolationKind::IN_THE_PAST);
}

}  // namespace
}  // namespace baodao::registration
