// Needs for tests.
#pragma once

#include <string>

#include "baodao/lists/v1/records.pb.h"
#include "common/clock/timestamp.h"

namespace baodao::lists {

inline constexpr Time kNow{Millis(1'748'736'000'000)};

inline common::v1::TimeWindow WindowAt(Time start, Millis length = std::chrono::hours(2)) {
  common::v1::TimeWindow window;
  *window.mutable_start() = ToTimestamp(start);
  *window.mutable_end() = ToTimestamp(start + length);
  return window;
}

inline common::v1::GeoPoint Point(double latitude, double longitude) {
  common::v1::GeoPoint point;
  point.set_latitude(latitude);
  point.set_longitude(longitude);
  return point;
}

inline v1::NeedRecord NeedIn(v1::NeedState state) {
  v1::NeedRecord record;
  v1::Need* need = record.mutable_need();
  need->set_need_id("ned_01JWM3XA000000000000000000");
  need->set_title("陪诊");
  need->set_description("陪老人去医院");
  need->set_category("elderly_care");
  need->set_area_code("310110009001");
  *need->mutable_window() = WindowAt(kNow + std::chrono::hours(24));
  need->set_people_wanted(2);
  need->add_skills("first_aid");
  need->add_credentials("nurse");
  need->set_state(state);
  need->set_requester_id("per_01JWM3XA000000000000000001");
  return record;
}

}  // namespace baodao::lists
