// Notices of events where the work is: who leads, who is to be heard from.
#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

Collector::Params OnSiteParams(const events::v1::TaskBrief& task) {
  const int64_t start = ToTime(task.start_time()).time_since_epoch().count();
  return {{"task", task.title()}, {"start", std::to_string(start)}};
}

}  // namespace

void TellOfLeader(const events::v1::LeaderChanged& changed, Collector* tell) {
  tell->About(changed.task_id(), OnSiteParams(changed.task()));
  const auto to = [&](Party party, const std::string& id) {
    tell->TellOn(kLeadingFamily, LeaderRules(), kAny, changed.step(), How::kPlain, party, id);
  };
  to(Party::kPerson, changed.person_id());
  to(Party::kArea, changed.task().area_code());
}

void TellOfCheckIn(const events::v1::CheckInChanged& changed, Collector* tell) {
  tell->About(changed.task_id(), OnSiteParams(changed.task()));
  const auto to = [&](Party party, const std::string& id) {
    tell->Tell(CheckInRules(), changed.before(), changed.state(), How::kPlain, party, id);
  };
  to(Party::kPerson, changed.person_id());
  to(Party::kArea, changed.task().area_code());
  to(Party::kLeader, changed.leader_id());
}

}  // namespace baodao::inbox
