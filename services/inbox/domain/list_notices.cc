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
    default:
      return "";
  }
}

// What the requester hears. `need` may be one of those merged into `decided`.
void TellRequester(const lists::v1::Need& need, std::string_view kind,
                   const lists::v1::Need& decided, Collector* tell) {
  if (kind.empty() || need.requester_id() == tell->actor()) return;
  tell->Person(need.requester_id(), kind, need.need_id(),
               {{"need", need.title()}, {"comment", decided.review_comment()}});
}

}  // namespace

void TellOfNeed(const events::v1::NeedChanged& changed, Collector* tell) {
  const lists::v1::Need& need = changed.need();
  const std::string& area = need.area_code();
  if (!changed.lost_task_id().empty()) {
    // Its task was cancelled or expired: the search begins again, whatever state that leaves the
    // need in. One that is linked, too, stays MATCHED.
    tell->Area(area, "need_unserved", need.need_id(), {{"need", need.title()}, {"area", area}});
    // Once its time has passed somebody may have come and only the sign-in is missing.
    if (ToTime(need.window().end()) <= tell->time()) {
      tell->Person(need.requester_id(), "need_unproven", changed.lost_task_id(),
                   {{"need", need.title()}});
    } else {
      TellRequester(need, "need_reopened", need, tell);
    }
    return;
  }
  if (need.state() == changed.before()) return;
  if (need.state() == lists::v1::NEED_STATE_SUBMITTED) {
    tell->Area(area, "need_pending", need.need_id(), {{"need", need.title()}, {"area", area}});
    return;
  }
  const std::string_view kind = KindOf(need.state());
  TellRequester(need, kind, need, tell);
  for (const lists::v1::Need& merged : changed.merged()) TellRequester(merged, kind, need, tell);
}

void TellOfProject(const events::v1::ProjectChanged& changed, Collector* tell) {
  const lists::v1::Project& project = changed.project();
  const std::string& id = project.project_id();
  const std::string& title = project.title();
  if (project.state() == changed.before()) return;
  switch (project.state()) {
    case lists::v1::PROJECT_STATE_PROPOSED:
      tell->Area(project.area_code(), "project_proposed", id, {{"project", title}});
      break;
    case lists::v1::PROJECT_STATE_APPROVED:
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
