#include "services/dispatch/domain/service_photos.h"

#include <algorithm>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/release.h"

namespace baodao::dispatch {
namespace {

bool WasThere(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_SIGNED_IN || state == v1::ASSIGNMENT_STATE_SIGNED_OUT ||
         state == v1::ASSIGNMENT_STATE_CREDITED;
}

absl::Status CheckMayGive(const Aggregate& aggregate, const std::string& person_id) {
  RETURN_IF_ERROR(CheckNotOver(aggregate.task()));
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  return WasThere(state) ? absl::OkStatus() : WrongState(record::StateName(state));
}

}  // namespace

absl::StatusOr<Effects> DecidePhotos(Aggregate& aggregate, const PhotosCommand& command, Time now) {
  if (!command.by_coordinator) RETURN_IF_ERROR(CheckMayGive(aggregate, command.person_id));
  auto& people = *aggregate.record().mutable_photographer_ids();
  const auto mine = std::ranges::find(people, command.person_id);
  const bool had = mine != people.end();
  // Only who has given some is noted here. A task that is over keeps the time at which it was.
  if (command.any == had) return Effects();
  if (command.any && people.size() >= kMaxPhotographers) {
    return Refuse(Reason::TOO_MANY_PHOTOS, {{"max", std::to_string(kMaxPhotographers)}});
  }
  if (command.any) {
    *people.Add() = command.person_id;
  } else {
    people.erase(mine);
  }
  Change change(aggregate, now);
  return change.Finish();
}

}  // namespace baodao::dispatch
