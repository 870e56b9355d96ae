#include "services/lists/domain/list_rules.h"

#include <utility>

#include "common/areas/geo.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/project_states.h"
#include "services/lists/domain/resource_states.h"

namespace baodao::lists {
namespace {

absl::Status Change(v1::Project* project, ProjectEvent event, const std::string& comment,
                    Time now) {
  RETURN_IF_ERROR(Move(project, event));
  if (!comment.empty()) project->set_comment(comment);
  *project->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Resource> NewResource(const v1::CreateResourceRequest& request,
                                         const std::string& owner_id, Time now) {
  for (int i = 0; i < request.slots_size(); ++i) {
    if (request.slots(i).end_minute() > request.slots(i).start_minute()) continue;
    const std::string slot = "slots[" + std::to_string(i) + "]";
    return RefuseField(slot + ".end_minute", ViolationKind::MUST_BE_AFTER,
                       {{"field", slot + ".start_minute"}});
  }
  v1::Resource resource;
  resource.set_title(request.title());
  resource.set_description(request.description());
  resource.set_category(request.category());
  resource.set_area_code(request.area_code());
  if (request.has_place()) *resource.mutable_place() = request.place();
  resource.set_capacity(request.capacity());
  *resource.mutable_slots() = request.slots();
  resource.set_state(v1::RESOURCE_STATE_LISTED);
  resource.set_owner_id(owner_id);
  *resource.mutable_create_time() = ToTimestamp(now);
  *resource.mutable_update_time() = ToTimestamp(now);
  return PublicView(std::move(resource));
}

v1::Resource PublicView(v1::Resource resource) {
  if (resource.has_place() && IsOfPerson(resource)) {
    *resource.mutable_place() = areas::Coarse(resource.place());
  }
  return resource;
}

bool IsOfPerson(const v1::Resource& resource) { return resource.owner_id().starts_with("per_"); }

absl::Status Withdraw(v1::Resource* resource, Time now) {
  RETURN_IF_ERROR(Move(resource, ResourceEvent::kWithdraw));
  *resource->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status CheckLinkable(const v1::Resource& resource) {
  if (resource.state() == v1::RESOURCE_STATE_LISTED) return absl::OkStatus();
  return WrongState(StateName(resource.state()));
}

v1::Project NewProject(const v1::CreateProjectRequest& request, const std::string& proposer_id,
                       Time now) {
  v1::Project project;
  project.set_title(request.title());
  project.set_description(request.description());
  project.set_category(request.category());
  project.set_area_code(request.area_code());
  project.set_state(v1::PROJECT_STATE_PROPOSED);
  project.set_proposer_id(proposer_id);
  project.set_campaign_days(request.campaign_days());
  *project.mutable_create_time() = ToTimestamp(now);
  *project.mutable_update_time() = ToTimestamp(now);
  return project;
}

absl::Status Approve(v1::Project* project, const std::string& comment, Time now) {
  return Change(project, ProjectEvent::kApprove, comment, now);
}

absl::Status Claim(v1::Project* project, const std::string& unit_id, const std::string& liaison_id,
                   Time now) {
  if (!project->unit_id().empty()) {
    return Refuse(Reason::PROJECT_ALREADY_CLAIMED, {{"unit", project->unit_id()}});
  }
  RETURN_IF_ERROR(Change(project, ProjectEvent::kClaim, "", now));
  project->set_unit_id(unit_id);
  project->set_liaison_id(liaison_id);
  if (project->campaign_days() > 0) {
    *project->mutable_due_time() = ToTimestamp(now + std::chrono::days(project->campaign_days()));
  }
  return absl::OkStatus();
}

absl::Status Start(v1::Project* project, const std::string& comment, Time now) {
  return Change(project, ProjectEvent::kStart, comment, now);
}

absl::Status Complete(v1::Project* project, const std::string& comment, Time now) {
  return Change(project, ProjectEvent::kComplete, comment, now);
}

absl::Status Evaluate(v1::Project* project, int rating, const std::string& comment,
                      const std::string& evaluator_id, Time now) {
  if (!evaluator_id.empty() && evaluator_id == project->liaison_id()) {
    return Refuse(Reason::OWN_SERVICE);
  }
  RETURN_IF_ERROR(Change(project, ProjectEvent::kEvaluate, comment, now));
  project->set_rating(rating);
  return absl::OkStatus();
}

absl::Status CheckLinkable(const v1::Project& project) {
  switch (project.state()) {
    case v1::PROJECT_STATE_APPROVED:
    case v1::PROJECT_STATE_CLAIMED:
    case v1::PROJECT_STATE_IN_PROGRESS:
      return absl::OkStatus();
    default:
      return WrongState(StateName(project.state()));
  }
}

}  // namespace baodao::lists
