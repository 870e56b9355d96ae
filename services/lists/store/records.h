// The records of lists.
#pragma once

#include <string>

#include "baodao/lists/v1/records.pb.h"
#include "common/record/type.h"
#include "services/lists/domain/booking.h"
#include "services/lists/domain/need_deadlines.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/need_series.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/project.h"
#include "services/lists/domain/resource.h"
#include "services/lists/domain/slot_places.h"

namespace baodao::lists {

bool FillEvent(const record::Versioned<v1::NeedRecord>& before, const v1::NeedRecord& after,
               events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::ResourceRecord>& before, const v1::ResourceRecord& after,
               events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::BookingRecord>& before, const v1::BookingRecord& after,
               events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::NeedSeriesRecord>& before,
               const v1::NeedSeriesRecord& after, events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::ProjectRecord>& before, const v1::ProjectRecord& after,
               events::v1::Event* event);

// In whose list those stand that the person follows.
inline std::string FollowedBy(const std::string& person_id) { return "follower:" + person_id; }

// A task that is further already when the need hears of it, or over, moves the need on within the
// same change; it matched it first. An occurrence of a series is submitted and accepted at once.
int PassedState(const v1::NeedRecord& before, const v1::NeedRecord& after);

// Records of each type that one person may create in 24 hours.
inline constexpr int kCreatedPerDay = 50;

inline constexpr record::Type<v1::NeedRecord, v1::Need> kNeed{
    .view = &v1::NeedRecord::need,
    .mutable_view = &v1::NeedRecord::mutable_need,
    .id = &v1::Need::need_id,
    .mutable_id = &v1::Need::mutable_need_id,
    .owner = &v1::Need::requester_id,
    .places =
        [](const v1::NeedRecord& record) {
          const v1::Need& need = record.need();
          return record::Places()
              .InArea(need.area_code(), need.state())
              .Of(need.requester_id())
              .Tagged(need.category());
        },
    .created_per_day = kCreatedPerDay,
    .moves = [] { return kNeedMachine.Moves(); },
    .passed = PassedState,
    .event = FillEvent,
    .deadline = DeadlineOf,
    .lapse = Lapse,
    .over = [](int state) { return IsOver(static_cast<v1::NeedState>(state)); },
    .private_to = &v1::Need::requester_id};

inline constexpr record::Type<v1::NeedSeriesRecord, v1::NeedSeries> kNeedSeries{
    .view = &v1::NeedSeriesRecord::series,
    .mutable_view = &v1::NeedSeriesRecord::mutable_series,
    .id = &v1::NeedSeries::need_series_id,
    .mutable_id = &v1::NeedSeries::mutable_need_series_id,
    .owner = &v1::NeedSeries::requester_id,
    .places =
        [](const v1::NeedSeriesRecord& record) {
          const v1::NeedSeries& series = record.series();
          return record::Places()
              .InArea(series.area_code(), series.state())
              .Of(series.requester_id())
              .Tagged(series.category());
        },
    .created_per_day = kCreatedPerDay,
    .moves = [] { return kNeedSeriesMachine.Moves(); },
    .event = FillEvent,
    .deadline = DeadlineOf,
    .over =
        [](int state) {
          return kNeedSeriesMachine.IsFinal(static_cast<v1::NeedSeriesState>(state));
        },
    .private_to = &v1::NeedSeries::requester_id};

inline constexpr record::Type<v1::ResourceRecord, v1::Resource> kResource{
    .view = &v1::ResourceRecord::resource,
    .mutable_view = &v1::ResourceRecord::mutable_resource,
    .id = &v1::Resource::resource_id,
    .mutable_id = &v1::Resource::mutable_resource_id,
    .owner = &v1::Resource::owner_id,
    .places =
        [](const v1::ResourceRecord& record) {
          const v1::Resource& resource = record.resource();
          return record::Places()
              .InArea(resource.area_code(), resource.state())
              .Of(resource.owner_id())
              .Tagged(resource.category());
        },
    .created_per_day = kCreatedPerDay,
    .moves = [] { return kResourceMachine.Moves(); },
    .event = FillEvent,
    .deadline = DeadlineOf,
    .lapse = Lapse,
    .over =
        [](int state) { return kResourceMachine.IsFinal(static_cast<v1::ResourceState>(state)); },
    .private_to = &v1::Resource::owner_id};

inline constexpr record::Type<v1::BookingRecord, v1::Booking> kBooking{
    .view = &v1::BookingRecord::booking,
    .mutable_view = &v1::BookingRecord::mutable_booking,
    .id = &v1::Booking::booking_id,
    .mutable_id = &v1::Booking::mutable_booking_id,
    .places =
        [](const v1::BookingRecord& record) {
          const v1::Booking& booking = record.booking();
          return record::Places().Of(booking.person_id()).Of(booking.resource_id());
        },
    .created_per_day = kCreatedPerDay,
    .moves = [] { return kBookingMachine.Moves(); },
    .event = FillEvent,
    .deadline = DeadlineOf,
    .over = [](int state) { return kBookingMachine.IsFinal(static_cast<v1::BookingState>(state)); },
    .private_to = &v1::Booking::person_id};

inline constexpr record::Type<v1::SlotRecord> kSlot{
    .id = &v1::SlotRecord::slot_id,
    .mutable_id = &v1::SlotRecord::mutable_slot_id,
    .places = [](const v1::SlotRecord& slot) { return record::Places().Of(slot.resource_id()); },
    .deadline = DeadlineOf,
    .deleted_at_deadline = true};

inline constexpr record::Type<v1::ProjectRecord, v1::Project> kProject{
    .view = &v1::ProjectRecord::project,
    .mutable_view = &v1::ProjectRecord::mutable_project,
    .id = &v1::Project::project_id,
    .mutable_id = &v1::Project::mutable_project_id,
    .places =
        [](const v1::ProjectRecord& record) {
          const v1::Project& project = record.project();
          record::Places places;
          places.InArea(project.area_code(), project.state())
              .Of(project.proposer_id())
              .Of(project.unit_id())
              .Tagged(project.category());
          for (const std::string& follower : record.follower_ids()) {
            places.Of(FollowedBy(follower));
          }
          return places;
        },
    .created_per_day = kCreatedPerDay,
    .moves = [] { return kProjectMachine.Moves(); },
    .event = FillEvent,
    .deadline = DeadlineOf,
    .lapse = Lapse,
    .over =
        [](int state) { return kProjectMachine.IsFinal(static_cast<v1::ProjectState>(state)); }};

}  // namespace baodao::lists
