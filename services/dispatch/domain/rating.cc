#include "services/dispatch/domain/rating.h"

#include <set>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/release.h"

namespace baodao::dispatch {
namespace {

bool HasServed(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED;
}

absl::Status CheckMayRate(const Aggregate& aggregate, const RatingCommand& command) {
  const v1::AssignmentRecord* const record = aggregate.Find(command.person_id);
  if (record == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const v1::AssignmentState state = record->assignment().state();
  if (!HasServed(state)) return WrongState(record::StateName(state));
  RETURN_IF_ERROR(CheckNotOver(aggregate.task()));
  if (command.side == RatingSide::kOfService) return absl::OkStatus();
  const std::string& rater = command.rating.rater_id();
  if (rater == command.person_id) return Refuse(Reason::OWN_SERVICE);
  const std::string& requester = aggregate.task().requester_id();
  return requester.empty() || rater == requester ? absl::OkStatus()
                                                 : Refuse(Reason::REQUESTER_RATES);
}

events::v1::Event RatedEvent(const v1::Task& task, const RatingCommand& command) {
  events::v1::Event event;
  events::v1::ServiceRated& rated = *event.mutable_service_rated();
  rated.set_task_id(task.task_id());
  rated.set_task_title(task.title());
  rated.set_area_code(task.area_code());
  rated.set_requester_id(task.requester_id());
  rated.set_person_id(command.person_id);
  rated.set_by_volunteer(command.side == RatingSide::kOfService);
  rated.set_rating(command.rating.rating());
  return event;
}

}  // namespace

absl::Status CheckTags(const google::protobuf::RepeatedField<int>& tags, RatingSide side) {
  std::set<int> named;
  for (int i = 0; i < tags.size(); ++i) {
    const std::string field = "tags[" + std::to_string(i) + "]";
    const bool of_service = tags[i] >= v1::RATING_TAG_AS_DESCRIBED;
    if (of_service != (side == RatingSide::kOfService)) {
      return RefuseField(field, ViolationKind::NOT_ALLOWED);
    }
    if (!named.insert(tags[i]).second) return RefuseField(field, ViolationKind::DUPLICATE);
  }
  return absl::OkStatus();
}

absl::StatusOr<Effects> DecideRate(Aggregate& aggregate, const RatingCommand& command, Time now) {
  RETURN_IF_ERROR(CheckMayRate(aggregate, command));
  v1::AssignmentRecord& record = aggregate.Change(command.person_id);
  v1::Rating& rating = command.side == RatingSide::kOfVolunteer ? *record.mutable_of_volunteer()
                                                                : *record.mutable_of_service();
  rating = command.rating;
  *rating.mutable_time() = ToTimestamp(now);
  Change change(aggregate, now);
  Effects effects = change.Finish();
  effects.events.push_back(RatedEvent(aggregate.task(), command));
  return effects;
}

v1::ServiceRatings RatingsOf(const v1::AssignmentRecord& record) {
  v1::ServiceRatings ratings;
  ratings.set_task_id(record.assignment().task_id());
  ratings.set_person_id(record.assignment().person_id());
  if (record.has_of_volunteer()) *ratings.mutable_of_volunteer() = record.of_volunteer();
  if (record.has_of_service()) *ratings.mutable_of_service() = record.of_service();
  return ratings;
}

}  // namespace baodao::dispatch
