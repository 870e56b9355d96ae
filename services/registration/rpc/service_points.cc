// ServicePointService.
#include <algorithm>
#include <utility>
#include <vector>

#include "common/areas/geo.h"
#include "common/areas/place_check.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using PointAnswer = Task<absl::StatusOr<v1::ServicePoint>>;

// Subdistricts whose points are looked at, those with the nearest centres, so many of each: also in
// an inner city, with 2 square kilometres each, they reach beyond the largest radius.
constexpr int kSubdistrictsAround = 64;
constexpr int kPointsOfSubdistrict = 200;
// From a point of a subdistrict to its centre, at most (see areas::CheckPlace).
constexpr double kReachMetres = 10'000;

PointAnswer CreateServicePoint(App& app, rpc::CallContext context,
                               v1::CreateServicePointRequest request) {
  const auto make = [&](record::Transaction& transaction,
                        std::string) -> Task<absl::StatusOr<v1::ServicePointRecord>> {
    CO_RETURN_IF_ERROR(CheckLevel(*app.records.tree()->Find(request.area_code())));
    v1::ServicePointRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_service_point(),
                        NewServicePoint(request, transaction.now()));
    co_return record;
  };
  co_return co_await app.records.Create(context, request, kServicePoint, make);
}

PointAnswer GetServicePoint(App& app, rpc::CallContext context,
                            v1::GetServicePointRequest request) {
  return app.records.Get(std::move(context), kServicePoint, request.service_point_id());
}

PointAnswer UpdateServicePoint(App& app, rpc::CallContext context,
                               v1::UpdateServicePointRequest request) {
  const auto change = [&](v1::ServicePointRecord* record, Time now) -> absl::Status {
    v1::ServicePoint* const point = record->mutable_service_point();
    RETURN_IF_ERROR(ApplyUpdate(request, now, point));
    if (!record::Sets(request, "place")) return absl::OkStatus();
    return areas::CheckPlaceOf(*app.records.tree(), point->area_code(), request);
  };
  co_return co_await app.records.Change(context, request, kServicePoint, request.service_point_id(),
                                        change);
}

PointAnswer CloseServicePoint(App& app, rpc::CallContext context,
                              v1::CloseServicePointRequest request) {
  const auto change = [&](v1::ServicePointRecord* record, Time now) {
    return registration::Close(record->mutable_service_point(), request.reason(), now);
  };
  co_return co_await app.records.Change(context, request, kServicePoint, request.service_point_id(),
                                        change);
}

PointAnswer ReopenServicePoint(App& app, rpc::CallContext context,
                               v1::ReopenServicePointRequest request) {
  const auto change = [&](v1::ServicePointRecord* record, Time now) -> absl::Status {
    RETURN_IF_ERROR(areas::CheckOpen(*app.records.tree(), record->service_point().area_code()));
    return registration::Reopen(record->mutable_service_point(), now);
  };
  co_return co_await app.records.Change(context, request, kServicePoint, request.service_point_id(),
                                        change);
}

Task<absl::StatusOr<v1::ListServicePointsResponse>> ListServicePoints(
    App& app, rpc::CallContext context, v1::ListServicePointsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query,
                      co_await app.records.AskedFor(kServicePoint, request));
  query.descending = false;
  if (request.kind() != 0) query.tags = {v1::ServicePointKind_Name(request.kind())};
  co_return co_await app.records.List(context, kServicePoint, request, std::move(query),
                                      &v1::ListServicePointsResponse::add_service_points);
}

Task<absl::StatusOr<v1::FindNearestServicePointsResponse>> FindNearestServicePoints(
    App& app, rpc::CallContext context, v1::FindNearestServicePointsRequest request) {
  if (!areas::IsKnown(request.point())) co_return RefuseField("point", ViolationKind::REQUIRED);
  const int radius = request.radius_m() == 0 ? 3'000 : request.radius_m();
  const int limit = request.limit() == 0 ? 10 : request.limit();
  google::protobuf::RepeatedField<int> active;
  active.Add(v1::SERVICE_POINT_STATE_ACTIVE);
  v1::FindNearestServicePointsResponse response;
  int64_t read = 0;
  const auto tree = app.records.tree();  // what Nearest answers lies in it
  for (const areas::NearbyArea& near :
       tree->Nearest(request.point(), v1::AREA_LEVEL_SUBDISTRICT, kSubdistrictsAround)) {
    if (near.distance_m > radius + kReachMetres) break;
    record::PageQuery query = app.records.InArea(kServicePoint, near.area->code(), active);
    query.size = kPointsOfSubdistrict;
    CO_ASSIGN_OR_RETURN(record::Page<v1::ServicePointRecord> page,
                        co_await app.records.ReadPage(kServicePoint, std::move(query)));
    read += page.read;
    for (auto& found : page.records) {
      const double distance =
          areas::DistanceMetres(request.point(), found.record.service_point().place());
      if (distance > radius) continue;
      auto* hit = response.add_hits();
      hit->set_distance_m(static_cast<int>(distance));
      CO_ASSIGN_OR_RETURN(*hit->mutable_service_point(),
                          app.records.Show(context, kServicePoint, std::move(found)));
    }
  }
  std::ranges::stable_sort(*response.mutable_hits(), {}, [](const auto& hit) {
    return std::pair(hit.distance_m(), hit.service_point().service_point_id());
  });
  if (response.hits_size() > limit) {
    response.mutable_hits()->DeleteSubrange(limit, response.hits_size() - limit);
  }
  context.Charge(paging::CallsOwed(read, response.hits_size()));
  co_return response;
}

}  // namespace

void RegisterServicePoints(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.ServicePointService/";
  router.Unary(service + "CreateServicePoint", app, &CreateServicePoint);
  router.Unary(service + "GetServicePoint", app, &GetServicePoint);
  router.Unary(service + "UpdateServicePoint", app, &UpdateServicePoint);
  router.Unary(service + "CloseServicePoint", app, &CloseServicePoint);
  router.Unary(service + "ReopenServicePoint", app, &ReopenServicePoint);
  router.Unary(service + "ListServicePoints", app, &ListServicePoints);
  router.Unary(service + "FindNearestServicePoints", app, &FindNearestServicePoints);
}

}  // namespace baodao::registration
