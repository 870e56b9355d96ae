#include "services/registration/domain/service_point.h"

#include <string>
#include <string_view>

#include "common/areas/geo.h"
#include "common/areas/tree.h"
#include "common/clock/timestamp.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

using Hours = google::protobuf::RepeatedPtrField<common::v1::WeeklySlot>;

absl::Status CheckHours(const Hours& opening_hours) {
  for (int i = 0; i < opening_hours.size(); ++i) {
    if (opening_hours[i].end_minute() > opening_hours[i].start_minute()) continue;
    return RefuseField("opening_hours[" + std::to_string(i) + "].end_minute",
                       ViolationKind::MUST_BE_AFTER, {{"field", "start_minute"}});
  }
  return absl::OkStatus();
}

template <class Request>
absl::Status CheckCloseTime(const Request& request, Time now) {
  if (!request.has_close_time() || ToTime(request.close_time()) > now) return absl::OkStatus();
  return RefuseField("close_time", ViolationKind::IN_THE_PAST);
}

absl::Status CheckPlaceKnown(const common::v1::GeoPoint& place) {
  if (areas::IsKnown(place)) return absl::OkStatus();
  return RefuseField("place", ViolationKind::REQUIRED);
}

}  // namespace

absl::Status CheckLevel(const v1::Area& area) {
  const v1::AreaLevel subdistrict = v1::AREA_LEVEL_SUBDISTRICT;
  if (areas::RankOf(area.level()) >= areas::RankOf(subdistrict)) return absl::OkStatus();
  return Refuse(Reason::AREA_LEVEL_WRONG, {{"area", area.code()}});
}

absl::StatusOr<v1::ServicePoint> NewServicePoint(const v1::CreateServicePointRequest& request,
                                                 Time now) {
  RETURN_IF_ERROR(CheckPlaceKnown(request.place()));
  RETURN_IF_ERROR(CheckHours(request.opening_hours()));
  RETURN_IF_ERROR(CheckCloseTime(request, now));
  v1::ServicePoint point;
  point.set_name(request.name());
  point.set_kind(request.kind());
  point.set_area_code(request.area_code());
  *point.mutable_place() = request.place();
  point.set_address(request.address());
  point.set_phone(request.phone());
  *point.mutable_opening_hours() = request.opening_hours();
  point.set_state(kServicePointMachine.first());
  if (request.has_close_time()) *point.mutable_close_time() = request.close_time();
  *point.mutable_create_time() = ToTimestamp(now);
  *point.mutable_update_time() = ToTimestamp(now);
  return point;
}

absl::Status ApplyUpdate(const v1::UpdateServicePointRequest& request, Time now,
                         v1::ServicePoint* point) {
  RETURN_IF_ERROR(record::CheckMask(
      request, {"name", "kind", "place", "address", "phone", "opening_hours", "close_time"},
      {"name", "kind", "place"}));
  const auto sets = [&](std::string_view field) { return record::Sets(request, field); };
  if (sets("place")) RETURN_IF_ERROR(CheckPlaceKnown(request.place()));
  if (sets("opening_hours")) RETURN_IF_ERROR(CheckHours(request.opening_hours()));
  if (sets("close_time")) {
    RETURN_IF_ERROR(CheckCloseTime(request, now));
    if (point->state() != v1::SERVICE_POINT_STATE_ACTIVE) {
      return WrongState(record::StateName(point->state()));
    }
  }
  if (sets("name")) point->set_name(request.name());
  if (sets("kind")) point->set_kind(request.kind());
  if (sets("place")) *point->mutable_place() = request.place();
  if (sets("address")) point->set_address(request.address());
  if (sets("phone")) point->set_phone(request.phone());
  if (sets("opening_hours")) *point->mutable_opening_hours() = request.opening_hours();
  if (sets("close_time")) point->clear_close_time();
  if (sets("close_time") && request.has_close_time()) {
    *point->mutable_close_time() = request.close_time();
  }
  *point->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Close(v1::ServicePoint* point, const std::string& reason, Time now) {
  RETURN_IF_ERROR(kServicePointMachine.Move(point, ServicePointEvent::kClose));
  point->set_close_reason(reason);
  point->clear_close_time();
  *point->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Reopen(v1::ServicePoint* point, Time now) {
  RETURN_IF_ERROR(kServicePointMachine.Move(point, ServicePointEvent::kReopen));
  point->clear_close_reason();
  *point->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

std::optional<Time> CloseTimeOf(const v1::ServicePointRecord& record) {
  const v1::ServicePoint& point = record.service_point();
  if (point.state() != v1::SERVICE_POINT_STATE_ACTIVE || !point.has_close_time()) {
    return std::nullopt;
  }
  return ToTime(point.close_time());
}

void Lapse(v1::ServicePointRecord* record, Time now) {
  // Only an ACTIVE one has a deadline.
  Close(record->mutable_service_point(), "", now).IgnoreError();
}

}  // namespace baodao::registration
