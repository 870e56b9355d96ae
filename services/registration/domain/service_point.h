// 家门口站, 党群服务中心, 市民驿站: the states of a service point, and what may be said of it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>

#include "baodao/registration/v1/area.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "baodao/registration/v1/service_point.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::registration {

enum class ServicePointEvent { kClose, kReopen };

inline constexpr record::Machine<v1::ServicePointState, ServicePointEvent> kServicePointMachine(
    v1::SERVICE_POINT_STATE_ACTIVE, {{v1::SERVICE_POINT_STATE_ACTIVE, ServicePointEvent::kClose,
                                      v1::SERVICE_POINT_STATE_CLOSED_DOWN},
                                     {v1::SERVICE_POINT_STATE_CLOSED_DOWN,
                                      ServicePointEvent::kReopen, v1::SERVICE_POINT_STATE_ACTIVE}});

// It is found by its subdistrict: AREA_LEVEL_WRONG above one.
absl::Status CheckLevel(const v1::Area& area);
// The one asked for, ACTIVE, without id. Refusals name the field: place, opening_hours, close_time.
absl::StatusOr<v1::ServicePoint> NewServicePoint(const v1::CreateServicePointRequest& request,
                                                 Time now);
// Sets what the mask names. Refuses paths it does not know, a name, kind or place that would become
// empty, hours that end before they start, and a close_time that has passed; WRONG_STATE for the
// close_time of a closed one.
absl::Status ApplyUpdate(const v1::UpdateServicePointRequest& request, Time now,
                         v1::ServicePoint* point);
// CLOSED_DOWN, and back: both without a close_time.
absl::Status Close(v1::ServicePoint* point, const std::string& reason, Time now);
absl::Status Reopen(v1::ServicePoint* point, Time now);

// When it closes by itself, and that.
std::optional<Time> CloseTimeOf(const v1::ServicePointRecord& record);
void Lapse(v1::ServicePointRecord* record, Time now);

}  // namespace baodao::registration
