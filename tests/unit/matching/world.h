// Small and large synthetic worlds for the tests of matching.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "common/clock/timestamp.h"
#include "services/matching/domain/index.h"

namespace baodao::matching::testing {

using std::chrono::hours;
using std::chrono::minutes;

// Monday 2025-06-02 08:00 in China.
inline constexpr Time kNow{Millis(1'748'822'400'000)};

inline areas::Area MakeArea(std::string code, std::string parent, areas::AreaLevel level,
                            double lat) {
  areas::Area area;
  area.set_code(code);
  area.set_name("区域" + code);
  area.set_parent_code(parent);
  area.set_level(level);
  area.mutable_center()->set_latitude(lat);
  area.mutable_center()->set_longitude(121.5);
  return area;
}

// District 310110 with two subdistricts of two communities each.
inline std::vector<areas::Area> SmallDistrict(const std::string& above = "") {
  std::vector<areas::Area> areas;
  const auto add = [&](std::string code, std::string parent, areas::AreaLevel level, double lat) {
    areas.push_back(MakeArea(std::move(code), std::move(parent), level, lat));
  };
  add("310110", above, registration::v1::AREA_LEVEL_DISTRICT, 31.30);
  for (const std::string sub : {"310110001", "310110002"}) {
    const double lat = sub.back() == '1' ? 31.28 : 31.32;
    add(sub, "310110", registration::v1::AREA_LEVEL_SUBDISTRICT, lat);
    add(sub + "001", sub, registration::v1::AREA_LEVEL_COMMUNITY, lat - 0.003);
    add(sub + "002", sub, registration::v1::AREA_LEVEL_COMMUNITY, lat + 0.003);
  }
  return areas;
}

inline std::shared_ptr<const areas::AreaTree> SmallTree() {
  return *areas::AreaTree::Build(SmallDistrict());
}

// The same in city 310000, with a district 310109 of one community beside it.
inline std::shared_ptr<const areas::AreaTree> CityTree() {
  using namespace registration::v1;  // NOLINT
  std::vector<areas::Area> areas = SmallDistrict("310000");
  areas.push_back(MakeArea("310000", "", AREA_LEVEL_CITY, 31.30));
  areas.push_back(MakeArea("310109", "310000", AREA_LEVEL_DISTRICT, 31.27));
  areas.push_back(MakeArea("310109001", "310109", AREA_LEVEL_SUBDISTRICT, 31.27));
  areas.push_back(MakeArea("310109001001", "310109001", AREA_LEVEL_COMMUNITY, 31.27));
  return *areas::AreaTree::Build(std::move(areas));
}

inline Profile MakeProfile(std::string id, std::string area = "310110001001") {
  Profile profile;
  profile.set_person_id(std::move(id));
  profile.add_area_codes(std::move(area));
  profile.mutable_home()->set_latitude(31.277);
  profile.mutable_home()->set_longitude(121.5);
  profile.set_version(1);
  return profile;
}

// Tomorrow from 09:00 to 11:00, two slots.
inline DispatchTask MakeTask(std::string id, std::string area = "310110001001") {
  DispatchTask task;
  task.set_task_id(std::move(id));
  task.set_title("陪诊");
  task.set_category("elderly_care");
  task.set_area_code(area);
  task.set_eligible_area_code(area);
  task.mutable_place()->set_latitude(31.277);
  task.mutable_place()->set_longitude(121.5);
  *task.mutable_window()->mutable_start() = ToTimestamp(kNow + hours(25));
  *task.mutable_window()->mutable_end() = ToTimestamp(kNow + hours(27));
  task.set_slots_min(1);
  task.set_slots_max(2);
  task.set_state(dispatch::v1::TASK_STATE_OPEN);
  task.set_version(1);
  return task;
}

inline events::v1::AssignmentChanged MakeChange(const DispatchTask& task, const std::string& person,
                                                dispatch::v1::AssignmentState state,
                                                Time at = kNow) {
  events::v1::AssignmentChanged change;
  change.mutable_assignment()->set_task_id(task.task_id());
  change.mutable_assignment()->set_person_id(person);
  change.mutable_assignment()->set_state(state);
  *change.mutable_assignment()->mutable_update_time() = ToTimestamp(at);
  events::v1::TaskBrief& brief = *change.mutable_task();
  brief.set_area_code(task.area_code());
  brief.set_requester_id(task.requester_id());
  brief.set_state(task.state());
  brief.set_slots_max(task.slots_max());
  brief.set_accepted_count(task.accepted_count());
  brief.set_held_count(task.held_count());
  *brief.mutable_start_time() = task.window().start();
  *brief.mutable_end_time() = task.window().end();
  brief.set_version(task.version() + 1);
  return change;
}

}  // namespace baodao::matching::testing
