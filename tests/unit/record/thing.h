// A type of records as a service describes it, and areas for them to lie in.
#pragma once

#include <memory>
#include <optional>

#include "baodao/lists/v1/records.pb.h"
#include "common/clock/timestamp.h"
#include "common/record/change_event.h"
#include "common/record/type.h"
#include "common/testing/areas.h"

namespace baodao::record {

using lists::v1::Project;
using lists::v1::ProjectRecord;

enum class Event { kApprove, kExpire };
inline constexpr Machine<lists::v1::ProjectState, Event> kMachine(
    lists::v1::PROJECT_STATE_PROPOSED,
    {{lists::v1::PROJECT_STATE_PROPOSED, Event::kApprove, lists::v1::PROJECT_STATE_APPROVED},
     {lists::v1::PROJECT_STATE_PROPOSED, Event::kExpire, lists::v1::PROJECT_STATE_EXPIRED}});

inline constexpr Type<ProjectRecord, Project> kThing{
    .view = &ProjectRecord::project,
    .mutable_view = &ProjectRecord::mutable_project,
    .id = &Project::project_id,
    .mutable_id = &Project::mutable_project_id,
    .owner = &Project::proposer_id,
    .places =
        [](const ProjectRecord& record) {
          return Places()
              .InArea(record.project().area_code(), record.project().state())
              .Of(record.project().proposer_id())
              .Tagged(record.project().category());
        },
    .moves = [] { return kMachine.Moves(); },
    .event = ChangeEvent<&events::v1::Event::mutable_project_changed,
                         &events::v1::ProjectChanged::mutable_project, &ProjectRecord::project>,
    .deadline = [](const ProjectRecord& record) -> std::optional<Time> {
      if (!record.project().has_due_time()) return std::nullopt;
      return ToTime(record.project().due_time());
    },
    .lapse =
        [](ProjectRecord* record, Time) {
          record->mutable_project()->clear_due_time();
          kMachine.Move(record->mutable_project(), Event::kExpire).IgnoreError();
        },
    .over =
        [](int state) { return kMachine.IsFinal(static_cast<lists::v1::ProjectState>(state)); }};

inline std::shared_ptr<const areas::AreaTree> TreeOf(bool closed) {
  using namespace registration::v1;  // NOLINT
  const auto area = [](const char* code, const char* parent, AreaLevel level,
                       const char* successor = "") {
    areas::Area made = testing::AreaOf(code, parent, level);
    made.set_successor_code(successor);
    return made;
  };
  return *areas::AreaTree::Build(
      {area("d", "", AREA_LEVEL_DISTRICT), area("s1", "d", AREA_LEVEL_SUBDISTRICT),
       area("s2", "d", AREA_LEVEL_SUBDISTRICT), area("c1", "s1", AREA_LEVEL_COMMUNITY),
       area("c2", "s1", AREA_LEVEL_COMMUNITY, closed ? "c3" : ""),
       area("c3", "s2", AREA_LEVEL_COMMUNITY)});
}

}  // namespace baodao::record
