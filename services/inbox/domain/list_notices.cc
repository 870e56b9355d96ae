#include "services/inbox/domain/collector.h"

namespace baodao::inbox {
namespace {

std::string_view KindOf(lists::v1::NeedState before, lists::v1::NeedState after) {
  switch (after) {
    case lists::v1::NEED_STATE_ACCEPTED:
      // Its task was cancelled or expired: the search begins again.
      return before == lists::v1::NEED_STATE_SUBMITTED ? "need_accepted" : "need_reopened";
    case lists::v1::NEED_STATE_RETURNED:
      return "need_returned";
    case lists::v1::NEED_STATE_REJECTED:
      return "need_rejected";
    case lists::v1::NEED_STATE_MERGED:
      return "need_merged";
    case lists::v1::NEED_STATE_MATCHED:
      // A need that is linked too lost its task.
      return before == lists::v1::NEED_STATE_IN_PROGRESS ? "need_reopened" : "need_matched";
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

}  // namespace

void TellOfNeed(const events::v1::NeedChanged& changed, Collector* tell) {
  const lists::v1::Need& need = changed.need();
  const std::string& id = need.need_id();
  if (need.state() == changed.before()) return;
  if (need.state() == lists::v1::NEED_STATE_SUBMITTED) {
    tell->Area(need.area_code(), "need_pending", id,
               {{"need", need.title()}, {"area", need.area_code()}});
    return;
  }
  const std::string_view kind = KindOf(changed.before(), need.state());
  if (kind == "need_reopened") {
    tell->Area(need.area_code(), "need_unserved", id,
               {{"need", need.title()}, {"area", need.area_code()}});
  }
  if (kind.empty() || need.requester_id() == tell->actor()) return;
  tell->Person(need.requester_id(), kind, id,
               {{"need", need.title()}, {"comment", need.review_comment()}});
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
