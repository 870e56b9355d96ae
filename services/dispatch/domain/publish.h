// Making a task.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/calendar.h"
#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

struct PublishCommand {
  const v1::PublishTaskRequest* request = nullptr;
  std::string task_id;
  std::string publisher_id;
  // Whose registrations count at first: the subdistrict of the task's area, or that area where it
  // is above.
  std::string eligible_area_code;
  // The exact place and contact, sealed.
  std::string sealed_contact;
  // The limits of one person's work.
  work::Limits limits;
};

struct Published {
  v1::TaskRecord record;
  Effects effects;
};

// An OPEN task with its timers. Refusals: WINDOW_INVALID (not ahead, not after its start, over 24
// hours or beyond a year), DAILY_HOURS_EXCEEDED or REST_TOO_SHORT (more in one piece than anybody
// may serve), SLOTS_INVALID, INVALID_ARGUMENT_FIELDS (place, geofence_m).
absl::StatusOr<Published> DecidePublish(const PublishCommand& command, Time now);

}  // namespace baodao::dispatch
