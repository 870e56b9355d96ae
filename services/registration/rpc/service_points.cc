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

v1::ServicePoint ShownPoint(v1::ServicePointRecord record, uint64_t version) {
  record.mutable_service_point()->set_etag(record::EtagOf(version));
  return std::move(*record.mutable_service_point());
}

PointAnswer CreateServicePoint(App& app, rpc::CallContext context,
                               v1::CreateServicePointRequest request) {
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await app.areas.TreeWith(request.area_code()));
  record::Decide<v1::ServicePoint> decide = [&](record::Transaction& transaction) -> PointAnswer {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(CheckLevel(*tree->Find(request.area_code())));
    CO_RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, request.area_code(), request));
    v1::ServicePointRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_service_point(),
                        NewServicePoint(request, transaction.now()));
    record.mutable_service_point()->set_service_point_id(
        app.records.NewId(kServicePoint, transaction.shard()));
    transaction.Put(kServicePoint, {}, record);
    co_return ShownPoint(std::move(record), 1);
  };
  co_return co_await app.records.Mutate<v1::ServicePoint>(
      context, request, app.records.ShardOf(request.area_code()), std::move(decide));
}

PointAnswer GetServicePoint(App& app, rpc::CallContext context,
                            v1::GetServicePointRequest request) {
  CO_ASSIGN_OR_RETURN(
      auto loaded, co_await app.records.Load(context, kServicePoint, request.service_point_id()));
  co_return ShownPoint(std::move(loaded.record), loaded.version);
}

template <class Request>
PointAnswer ChangeServicePoint(App& app, rpc::CallContext context, const Request& request,
                               std::function<absl::Status(v1::ServicePoint*, Time)> change) {
  record::Decide<v1::ServicePoint> decide = [&](record::Transaction& transaction) -> PointAnswer {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(context, kServicePoint,
                                                                     request.service_point_id()));
    if constexpr (requires { request.etag(); }) {
      CO_RETURN_IF_ERROR(record::CheckEtag(request.etag(), before.version));
    }
    v1::ServicePointRecord after = before.record;
    CO_RETURN_IF_ERROR(change(after.mutable_service_point(), transaction.now()));
    transaction.Put(kServicePoint, before, after);
    co_return ShownPoint(std::move(after), before.version + 1);
  };
  const int shard = app.store().keys().ShardOfId(request.service_point_id());
  co_return co_await app.records.Mutate<v1::ServicePoint>(context, request, shard,
                                                          std::move(decide));
}

PointAnswer UpdateServicePoint(App& app, rpc::CallContext context,
                               v1::UpdateServicePointRequest request) {
  const AreaBook::Tree tree = app.areas.tree();
  const auto change = [&](v1::ServicePoint* point, Time now) -> absl::Status {
    RETURN_IF_ERROR(ApplyUpdate(request, now, point));
    if (!record::Sets(request, "place")) return absl::OkStatus();
    return areas::CheckPlaceOf(*tree, point->area_code(), request);
  };
  co_return co_await ChangeServicePoint(app, context, request, change);
}

PointAnswer CloseServicePoint(App& app, rpc::CallContext context,
                              v1::CloseServicePointRequest request) {
  const auto change = [&](v1::ServicePoint* point, Time now) {
    return registration::Close(point, request.reason(), now);
  };
  co_return co_await ChangeServicePoint(app, context, request, change);
}

PointAnswer ReopenServicePoint(App& app, rpc::CallContext context,
                               v1::ReopenServicePointRequest request) {
  const AreaBook::Tree tree = app.areas.tree();
  const auto change = [&](v1::ServicePoint* point, Time now) -> absl::Status {
    RETURN_IF_ERROR(areas::CheckOpen(*tree, point->area_code()));
    return registration::Reopen(point, now);
  };
  co_return co_await ChangeServicePoint(app, context, request, change);
}

Task<absl::StatusOr<v1::ListServicePointsResponse>> ListServicePoints(
    App& app, rpc::CallContext context, v1::ListServicePointsRequest request) {
  CO_RETURN_IF_ERROR((co_await app.areas.TreeWith(request.area_code())).status());
  record::PageQuery query =
      app.records.InArea(kServicePoint, request.area_code(), request.states());
  query.newest_first = false;
  if (request.kind() != 0) query.tag = v1::ServicePointKind_Name(request.kind());
  const auto show = [](v1::ListServicePointsResponse* response,
                       record::Versioned<v1::ServicePointRecord> found) {
    *response->add_service_points() = ShownPoint(std::move(found.record), found.version);
    return absl::OkStatus();
  };
  co_return co_await app.records.List<v1::ListServicePointsResponse, v1::ServicePointRecord>(
      context, kServicePoint, request, std::move(query), show);
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
  const AreaBook::Tree tree = app.areas.tree();  // what Nearest answers lies in it
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
      *hit->mutable_service_point() = ShownPoint(std::move(found.record), found.version);
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
