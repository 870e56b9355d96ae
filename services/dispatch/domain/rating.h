// How it went with each person who served: what the requester and the person say of it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "baodao/dispatch/v1/rating.pb.h"
#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// Who says it: the requester (or a coordinator) of the volunteer, or the volunteer of the service.
enum class RatingSide { kOfVolunteer, kOfService };

struct RatingCommand {
  RatingSide side = RatingSide::kOfVolunteer;
  std::string person_id;  // who served
  v1::Rating rating;      // without time
};

// Refuses tags of the other side, and one that is named twice.
absl::Status CheckTags(const google::protobuf::RepeatedField<int>& tags, RatingSide side);

// Says it, or replaces what was said. Refusals: NOT_ASSIGNED, WRONG_STATE (the person has not
// served, or the task is over), OWN_SERVICE, REQUESTER_RATES (a coordinator, of a task with a
// requester).
absl::StatusOr<Effects> DecideRate(Aggregate& aggregate, const RatingCommand& command, Time now);

// The ratings of the person's service.
v1::ServiceRatings RatingsOf(const v1::AssignmentRecord& record);

}  // namespace baodao::dispatch
