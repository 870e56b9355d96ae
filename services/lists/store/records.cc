#include "services/lists/store/records.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "services/lists/domain/need_rules.h"

namespace baodao::lists {
namespace {

// Whether others would see a difference; the time of the change alone is none.
template <class Message>
bool Shows(Message before, Message after) {
  before.clear_update_time();
  after.clear_update_time();
  return !google::protobuf::util::MessageDifferencer::Equals(before, after);
}

// The task that a change took from the need; empty: none.
std::string LostTask(const v1::Need& before, const v1::Need& after) {
  const int lost = after.past_task_ids_size();
  return lost > before.past_task_ids_size() ? after.past_task_ids(lost - 1) : "";
}

}  // namespace

int PassedState(const v1::NeedRecord& before, const v1::NeedRecord& after) {
  const int from = before.need().state();
  const int to = after.need().state();
  if (from == 0 && to == v1::NEED_STATE_ACCEPTED) return v1::NEED_STATE_SUBMITTED;
  if (from != v1::NEED_STATE_ACCEPTED) return 0;
  const bool at_once = std::ranges::any_of(
      kNeedMachine.rows(), [&](const auto& row) { return row.from == from && row.to == to; });
  const bool further = to != from && !at_once;
  return further || !LostTask(before.need(), after.need()).empty() ? v1::NEED_STATE_MATCHED : 0;
}

bool FillEvent(const record::Versioned<v1::NeedRecord>& before, const v1::NeedRecord& after,
               events::v1::Event* event) {
  const v1::Need& old = before.record.need();
  const v1::Need& need = after.need();
  // A task that was over before the need had heard of it leaves no other trace.
  std::string lost_task = LostTask(old, need);
  const bool edited = after.edits() != before.record.edits();
  if (!Shows(old, need) && lost_task.empty() && !edited) return false;
  events::v1::NeedChanged& changed = *event->mutable_need_changed();
  *changed.mutable_need() = PublicView(need);
  changed.mutable_need()->clear_description();  // long, and nobody reads it
  changed.set_before(old.state());
  changed.set_lost_task_id(std::move(lost_task));
  changed.set_edited(edited);
  // Decided anew: service was confirmed after the time had passed.
  const bool anew =
      old.state() == v1::NEED_STATE_EXPIRED && need.state() == v1::NEED_STATE_RESOLVED;
  if (IsDecided(need.state()) && (!IsDecided(old.state()) || anew)) {
    *changed.mutable_merged() = after.merged();
  }
  return true;
}

bool FillEvent(const record::Versioned<v1::ResourceRecord>& before, const v1::ResourceRecord& after,
               events::v1::Event* event) {
  if (!Shows(before.record.resource(), after.resource())) return false;
  events::v1::ResourceChanged& changed = *event->mutable_resource_changed();
  *changed.mutable_resource() = PublicView(after.resource());
  changed.mutable_resource()->clear_description();
  changed.set_before(before.record.resource().state());
  return true;
}

bool FillEvent(const record::Versioned<v1::BookingRecord>& before, const v1::BookingRecord& after,
               events::v1::Event* event) {
  events::v1::BookingChanged& changed = *event->mutable_booking_changed();
  *changed.mutable_booking() = after.booking();
  changed.mutable_booking()->clear_note();
  changed.set_before(before.record.booking().state());
  return true;
}

bool FillEvent(const record::Versioned<v1::NeedSeriesRecord>& before,
               const v1::NeedSeriesRecord& after, events::v1::Event* event) {
  // The event of a need tells of an occurrence that was made one, SkipOccurrence of one left out.
  if (before.record.series().state() == after.series().state()) return false;
  events::v1::NeedSeriesChanged& changed = *event->mutable_need_series_changed();
  *changed.mutable_series() = after.series();
  changed.mutable_series()->clear_occurrences();
  changed.set_before(before.record.series().state());
  return true;
}

bool FillEvent(const record::Versioned<v1::ProjectRecord>& before, const v1::ProjectRecord& after,
               events::v1::Event* event) {
  const v1::Project& old = before.record.project();
  const v1::Project& project = after.project();
  const bool reminder =
      after.has_reminded() && ToTime(after.reminded()) != ToTime(before.record.reminded());
  if (!Shows(old, project) && !reminder) return false;
  events::v1::ProjectChanged& changed = *event->mutable_project_changed();
  *changed.mutable_project() = project;
  changed.set_before(old.state());
  // Followers hear of the last move, too, with which they are let go.
  if (!reminder) *changed.mutable_follower_ids() = before.record.follower_ids();
  // The unit that gave it back is told so, too.
  if (project.unit_id().empty()) {
    changed.mutable_project()->set_unit_id(old.unit_id());
    changed.mutable_project()->set_liaison_id(old.liaison_id());
  }
  return true;
}

}  // namespace baodao::lists
