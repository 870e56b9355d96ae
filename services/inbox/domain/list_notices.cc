#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

// Its task was cancelled or expired: the search begins again, whatever state that leaves the need
// in. One that is linked, too, stays MATCHED.
bool LostItsTask(const events::v1::NeedChanged& changed) {
  const auto state = changed.need().state();
  return !changed.lost_task_id().empty() &&
         (state == lists::v1::NEED_STATE_ACCEPTED || state == lists::v1::NEED_STATE_MATCHED);
}

// `need` may be one of those merged into the one that was decided.
void SpeakOf(const lists::v1::Need& need, const lists::v1::Need& decided, Collector* tell) {
  const int64_t start = ToTime(need.window().start()).time_since_epoch().count();
  tell->About(need.need_id(), {{"need", need.title()},
                               {"area", decided.area_code()},
                               {"start", need.has_window() ? std::to_string(start) : ""},
                               {"comment", decided.review_comment()},
                               {"reason", decided.cancel_reason()}});
}

void TellOfEdit(const lists::v1::Need& need, Collector* tell) {
  SpeakOf(need, need, tell);
  const auto to = [&](Party party, const std::string& id) {
    tell->Tell(NeedRules(), need.state(), need.state(), How::kEdited, party, id);
  };
  if (tell->Did(need.requester_id())) to(Party::kArea, need.area_code());
  to(Party::kRequester, need.requester_id());
}

}  // namespace

void TellOfNeed(const events::v1::NeedChanged& changed, Collector* tell) {
  const lists::v1::Need& need = changed.need();
  const bool lost = LostItsTask(changed);
  if (need.state() == changed.before() && !lost) {
    if (changed.edited()) TellOfEdit(need, tell);
    return;
  }
  const bool own = tell->Did(need.requester_id());
  SpeakOf(need, need, tell);
  // The next one of its series.
  const bool recurs = changed.before() == lists::v1::NEED_STATE_UNSPECIFIED &&
                      need.state() == lists::v1::NEED_STATE_ACCEPTED;
  How way = recurs ? How::kByTime : How::kPlain;
  if (lost) way = How::kTaskLost;
  const How areas_way = own && !lost ? How::kOwnDoing : way;
  if (changed.before() == lists::v1::NEED_STATE_SUBMITTED) {
    tell->TellOn(kNeedFamily, NeedRules(), changed.before(), need.state(), areas_way, Party::kArea,
                 need.area_code());
  } else {
    tell->Tell(NeedRules(), changed.before(), need.state(), areas_way, Party::kArea,
               need.area_code());
  }
  tell->Tell(NeedRules(), changed.before(), need.state(), way, Party::kRequester,
             need.requester_id());
  for (const lists::v1::Need& merged : changed.merged()) {
    SpeakOf(merged, need, tell);
    tell->Tell(NeedRules(), changed.before(), need.state(), lost ? way : How::kMergedNeed,
               Party::kRequester, merged.requester_id());
  }
}

void TellOfResource(const events::v1::ResourceChanged& changed, Collector* tell) {
  const lists::v1::Resource& resource = changed.resource();
  if (resource.state() == changed.before()) return;  // edited by its owner
  tell->About(resource.resource_id(),
              {{"resource", resource.title()},
               {"area", resource.area_code()},
               {"reason", resource.withdraw_reason()}},
              resource.owner_id());
  How way = How::kPlain;
  if (!tell->SomebodyDid()) way = How::kByTime;
  // Others say why; a unit's own liaison need not.
  const bool units_own = resource.owner_id().starts_with("unt_") && tell->SomebodyDid() &&
                         resource.withdraw_reason().empty();
  if (units_own || tell->Did(resource.owner_id())) way = How::kOwnDoing;
  tell->Tell(ResourceRules(), kAny, resource.state(), way, Party::kArea, resource.area_code());
  tell->Tell(ResourceRules(), kAny, resource.state(), way, Party::kOwner, resource.owner_id());
}

void TellOfProject(const events::v1::ProjectChanged& changed, Collector* tell) {
  const lists::v1::Project& project = changed.project();
  const bool by_time = !tell->SomebodyDid();
  const bool moved = project.state() != changed.before();
  How way = moved ? How::kPlain : How::kEdited;
  if (by_time) way = moved ? How::kByTime : How::kLate;
  tell->About(project.project_id(), {{"project", project.title()},
                                     {"rating", std::to_string(project.rating())},
                                     {"comment", project.comment()}});
  const auto to = [&](Party party, const std::string& id) {
    if (!moved) {
      tell->Tell(ProjectRules(), changed.before(), project.state(), way, party, id);
      return;
    }
    tell->TellOn(kProjectFamily, ProjectRules(), changed.before(), project.state(), way, party, id);
  };
  to(Party::kArea, project.area_code());
  to(Party::kProposer, project.proposer_id());
  // A liaison who proposed or follows it hears the same once: see Deliverer.
  to(Party::kLiaison, project.unit_id());
  for (const std::string& follower : changed.follower_ids()) {
    if (follower != project.proposer_id()) to(Party::kFollower, follower);
  }
}

}  // namespace baodao::inbox
