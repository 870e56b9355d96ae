// The caller's own part in one task: the one they have, and the one they could take.
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/agenda.h"
#include "services/dispatch/app/prospects.h"
#include "services/dispatch/domain/remedy.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

v1::Obstacle ObstacleOf(const absl::Status& refusal, Locale locale, Time now) {
  v1::Obstacle obstacle;
  if (const std::optional<Reason> reason = ReasonOf(refusal)) {
    obstacle.set_reason(std::string(Name(*reason)));
    obstacle.set_remedy(RemedyOf(*reason));
  }
  for (const auto& [key, value] : MetadataOf(refusal)) (*obstacle.mutable_metadata())[key] = value;
  obstacle.set_text(Localise(refusal, locale));
  if (const std::optional<Millis> wait = RetryAfterOf(refusal)) {
    *obstacle.mutable_end_time() = ToTimestamp(now + *wait);
  }
  return obstacle;
}

}  // namespace

Answer<v1::CheckClaimResponse> AssignmentHandlers::CheckClaim(rpc::CallContext context,
                                                              v1::CheckClaimRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  CO_ASSIGN_OR_RETURN(const Prospect prospect,
                      co_await ReadClaimProspect(app_, rpc::CallOptions::From(context),
                                                 std::move(*request.mutable_task_id()), person));
  v1::CheckClaimResponse response;
  for (const absl::Status& refusal : prospect.refusals) {
    *response.add_obstacles() = ObstacleOf(refusal, context.locale(), app_.clock.Now());
  }
  response.set_claimable(prospect.refusals.empty());
  response.set_waitlisted(response.claimable() && prospect.outlook == TakeOutlook::kWaits);
  co_return response;
}

Answer<v1::GetMyAssignmentResponse> AssignmentHandlers::GetMyAssignment(
    rpc::CallContext context, v1::GetMyAssignmentRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_ASSIGN_OR_RETURN(v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  CO_ASSIGN_OR_RETURN(
      v1::AssignmentRecord mine,
      co_await app_.tasks.ReadAssignment(request.task_id(), context.caller().person_id));
  AssignmentItem item = ItemOf(app_, std::move(record), std::move(mine));
  v1::GetMyAssignmentResponse response;
  *response.mutable_task() = std::move(*item.mutable_task());
  *response.mutable_assignment() = std::move(*item.mutable_assignment());
  co_return response;
}

}  // namespace baodao::dispatch
