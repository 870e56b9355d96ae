// The records of lists.
#pragma once

#include "baodao/lists/v1/records.pb.h"
#include "common/record/type.h"
#include "services/lists/domain/need_deadlines.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/project.h"
#include "services/lists/domain/resource.h"

namespace baodao::lists {

bool FillEvent(const record::Versioned<v1::NeedRecord>& before, const v1::NeedRecord& after,
               events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::ResourceRecord>& before, const v1::ResourceRecord& after,
               events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::ProjectRecord>& before, const v1::ProjectRecord& after,
               events::v1::Event* event);

// A task that is further already when the need hears of it, or over, moves the need on within the
// same change; it matched it first.
int PassedState(const v1::NeedRecord& before, const v1::NeedRecord& after);

inline constexpr record::Type<v1::NeedRecord> kNeed{
    .id = [](const v1::NeedRecord& record) { return record.need().need_id(); },
    .places =
        [](const v1::NeedRecord& record) {
          const v1::Need& need = record.need();
          return record::Places()
              .InArea(need.area_code(), need.state())
              .Of(need.requester_id())
              .Tagged(need.category());
        },
    .scope =
        [](const v1::NeedRecord& record) {
          return rpc::Scope{record.need().area_code(), {record.need().requester_id()}, {}};
        },
    .state = [](const v1::NeedRecord& record) -> int { return record.need().state(); },
    .states = google::protobuf::GetEnumDescriptor<v1::NeedState>,
    .moves = [] { return kNeedMachine.Moves(); },
    .passed = PassedState,
    .event = FillEvent,
    .deadline = DeadlineOf,
    .lapse = Lapse};

inline constexpr record::Type<v1::ResourceRecord> kResource{
    .id = [](const v1::ResourceRecord& record) { return record.resource().resource_id(); },
    .places =
        [](const v1::ResourceRecord& record) {
          const v1::Resource& resource = record.resource();
          return record::Places()
              .InArea(resource.area_code(), resource.state())
              .Tagged(resource.category());
        },
    .scope =
        [](const v1::ResourceRecord& record) {
          return rpc::Scope{record.resource().area_code(), {record.resource().owner_id()}, {}};
        },
    .state = [](const v1::ResourceRecord& record) -> int { return record.resource().state(); },
    .states = google::protobuf::GetEnumDescriptor<v1::ResourceState>,
    .moves = [] { return kResourceMachine.Moves(); },
    .event = FillEvent,
    .deadline = DeadlineOf,
    .lapse = Lapse};

inline constexpr record::Type<v1::ProjectRecord> kProject{
    .id = [](const v1::ProjectRecord& record) { return record.project().project_id(); },
    .places =
        [](const v1::ProjectRecord& record) {
          const v1::Project& project = record.project();
          return record::Places()
              .InArea(project.area_code(), project.state())
              .Tagged(project.category());
        },
    .scope =
        [](const v1::ProjectRecord& record) {
          return rpc::Scope{record.project().area_code(), {}, {}};
        },
    .state = [](const v1::ProjectRecord& record) -> int { return record.project().state(); },
    .states = google::protobuf::GetEnumDescriptor<v1::ProjectState>,
    .moves = [] { return kProjectMachine.Moves(); },
    .event = FillEvent,
    .deadline = DeadlineOf,
    .lapse = Lapse};

}  // namespace baodao::lists
