#include "services/inbox/domain/collector.h"

namespace baodao::inbox {
namespace {

std::string_view KindOf(lists::v1::NeedState after) {
  switch (after) {
    case lists::v1::NEED_STATE_ACCEPTED:
      return "need_accepted";
    case lists::v1::NEED_STATE_RETURNED:
      return "need_returned";
    case lists::v1::NEED_STATE_REJECTED:
      return "need_rejected";
    case lists::v1::NEED_STATE_MERGED:
      return "need_merged";
    case lists::v1::NEED_STATE_MATCHED:
      return "need_matched";
    case lists::v1::NEED_STATE_IN_PROGRESS:
      return "need_in_progress";
    case lists::v1::NEED_STATE_RESOLVED:
      return "need_resolved";
    case lists::v1::NEED_STATE_CLOSED:
      return "need_closed";
    case lists::v1::NEED_STATE_CANCELLED:
      return "need_cancelled";
    case lists::v1::NEED_STATE_EXPIRED:
      return "need_expired";
    default:
      return "";
  }
}

// What the requester hears. `need` may be one of those merged into `decided`.
void TellRequester(const lists::v1::Need& need, std::string_view kind,
                   const lists::v1::Need& decided, Collector* tell) {
  if (kind.empty() || need.requester_id() == tell->actor()) return;
  tell->Person(need.requester_id(), kind, need.need_id(),
               {{"need", need.title()},
                {"comment", decided.review_comment()},
                {"reason", decided.cancel_reason()}});
}

// What the coordinators hear of a need that is over without service.
void TellAreaOfEnd(const lists::v1::Need& need, Collector* tell) {
  const bool expired = need.state() == lists::v1::NEED_STATE_EXPIRED;
  // Otherwise a coordinator did it.
  const bool withdrawn =
      need.state() == lists::v1::NEED_STATE_CANCELLED && need.requester_id() == tell->actor();
  if (!expired && !withdrawn) return;
  tell->Area(
      need.area_code(), expired ? "need_missed" : "need_withdrawn", need.need_id(),
      {{"need", need.title()}, {"area", need.area_code()}, {"reason", need.cancel_reason()}});
}

bool IsEnded(lists::v1::NeedState state) {
  return state == lists::v1::NEED_STATE_CANCELLED || state == lists::v1::NEED_STATE_EXPIRED;
}

void TellOfProjectTo(const lists::v1::Project& project, std::string_view kind, bool area,
                     bool proposer, bool liaison, Collector* tell) {
  const std::string& id = project.project_id();
  const Collector::Params params = {{"project", project.title()}, {"comment", project.comment()}};
  if (area) tell->Area(project.area_code(), kind, id, params);
  const bool proposed_it = proposer && project.proposer_id() != tell->actor();
  if (proposed_it) tell->Person(project.proposer_id(), kind, id, params);
  const bool same = proposer && project.liaison_id() == project.proposer_id();
  if (liaison && !same && project.liaison_id() != tell->actor()) {
    tell->Person(project.liaison_id(), kind, id, params);
  }
}

}  // namespace

void TellOfNeed(const events::v1::NeedChanged& changed, Collector* tell) {
  const lists::v1::Need& need = changed.need();
  const std::string& area = need.area_code();
  if (!changed.lost_task_id().empty() && !IsEnded(need.state())) {
    // Its task was cancelled or expired: the search begins again, whatever state that leaves the
    // need in. One that is linked, too, stays MATCHED.
    tell->Area(area, "need_unserved", need.need_id(), {{"need", need.title()}, {"area", area}});
    TellRequester(need, "need_reopened", need, tell);
    return;
  }
  if (need.state() == changed.before()) return;
  if (need.state() == lists::v1::NEED_STATE_SUBMITTED) {
    tell->Area(area, "need_pending", need.need_id(), {{"need", need.title()}, {"area", area}});
    return;
  }
  const std::string_view kind = KindOf(need.state());
  TellRequester(need, kind, need, tell);
  TellAreaOfEnd(need, tell);
  const bool cancelled = need.state() == lists::v1::NEED_STATE_CANCELLED;
  for (const lists::v1::Need& merged : changed.merged()) {
    TellRequester(merged, cancelled ? "need_merged_cancelled" : kind, need, tell);
  }
}

void TellOfResource(const events::v1::ResourceChanged& changed, Collector* tell) {
  const lists::v1::Resource& resource = changed.resource();
  const std::string& owner = resource.owner_id();
  if (resource.state() != lists::v1::RESOURCE_STATE_WITHDRAWN || owner == tell->actor()) return;
  const std::string& reason = resource.withdraw_reason();
  const bool by_time = tell->actor() == "lists";
  // A unit's own liaison gives none.
  if (!by_time && reason.empty()) return;
  const std::string_view kind = by_time ? "resource_expired" : "resource_withdrawn";
  const Collector::Params params = {{"resource", resource.title()}, {"reason", reason}};
  if (owner.starts_with("unt_")) {
    tell->Liaison(owner, kind, resource.resource_id(), params);
  } else {
    tell->Person(owner, kind, resource.resource_id(), params);
  }
}

void TellOfProject(const events::v1::ProjectChanged& changed, Collector* tell) {
  const lists::v1::Project& project = changed.project();
  const std::string& id = project.project_id();
  const std::string& title = project.title();
  if (project.state() == changed.before()) {
    return TellOfProjectTo(project, "project_late", true, false, true, tell);
  }
  switch (project.state()) {
    case lists::v1::PROJECT_STATE_PROPOSED:
      tell->Area(project.area_code(), "project_proposed", id, {{"project", title}});
      break;
    case lists::v1::PROJECT_STATE_REJECTED:
      TellOfProjectTo(project, "project_rejected", false, true, false, tell);
      break;
    case lists::v1::PROJECT_STATE_CANCELLED:
      TellOfProjectTo(project, "project_cancelled", false, true, true, tell);
      break;
    case lists::v1::PROJECT_STATE_EXPIRED:
      TellOfProjectTo(project, "project_expired", true, true, false, tell);
      break;
    case lists::v1::PROJECT_STATE_APPROVED:
      if (changed.before() == lists::v1::PROJECT_STATE_CLAIMED) {
        TellOfProjectTo(project, "project_released", true, true, true, tell);
        break;
      }
      tell->Person(project.proposer_id(), "project_approved", id, {{"project", title}});
      break;
    case lists::v1::PROJECT_STATE_CLAIMED:
      tell->Area(project.area_code(), "project_claimed", id, {{"project", title}});
      tell->Person(project.proposer_id(), "project_claimed", id, {{"project", title}});
      break;
    case lists::v1::PROJECT_STATE_COMPLETED:
      tell->Area(project.area_code(), "project_completed", id, {{"project", title}});
      break;
    case lists::v1::PROJECT_STATE_EVALUATED:
      tell->Person(project.liaison_id(), "project_evaluated", id,
                   {{"project", title},
                    {"rating", std::to_string(project.rating())},
                    {"comment", project.comment()}});
      break;
    default:
      break;
  }
}

}  // namespace baodao::inbox
