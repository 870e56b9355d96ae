#include "common/clock/timestamp.h"
#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {

void TellOfLiaison(const events::v1::UnitLiaisonChanged& changed, Collector* tell) {
  tell->About(changed.unit_id(), {{"unit", changed.unit_name()},
                                  {"area", changed.area_code()},
                                  {"comment", changed.comment()}});
  tell->Tell(LiaisonRules(), kAny, changed.step(), How::kPlain, Party::kPerson,
             changed.person_id());
  // The person hears as such.
  if (changed.proposer_id() != changed.person_id()) {
    tell->Tell(LiaisonRules(), kAny, changed.step(), How::kPlain, Party::kProposer,
               changed.proposer_id());
  }
  tell->TellOn(kUnitLiaisonFamily, LiaisonRules(), kAny, changed.step(), How::kPlain, Party::kArea,
               changed.area_code());
}

void TellOfMember(const events::v1::UnitMemberChanged& changed, Collector* tell) {
  tell->About(changed.unit_id(), {{"unit", changed.unit_name()}});
  const int after = changed.confirmed() ? 1 : 0;
  tell->Tell(MemberRules(), kAny, after, How::kPlain, Party::kPerson, changed.person_id());
  tell->Tell(MemberRules(), kAny, after, How::kPlain, Party::kLiaison, changed.unit_id());
}

void TellOfUnitClaim(const events::v1::UnitClaimChanged& changed, Collector* tell) {
  const dispatch::v1::UnitClaim& claim = changed.claim();
  const events::v1::TaskBrief& task = changed.task();
  const Time start = ToTime(task.start_time());
  // One unit's doings with a task, again and again, are one thing.
  tell->About(claim.task_id(),
              {{"task", task.title()},
               {"unit", claim.unit_name()},
               {"start", std::to_string(start.time_since_epoch().count())},
               {"slots", std::to_string(claim.open_slots())},
               {"named", std::to_string(claim.named())},
               {"returned", std::to_string(claim.returned())},
               {"served", std::to_string(claim.served())},
               {"minutes", std::to_string(claim.minutes())},
               {"reason", claim.reason()}},
              claim.task_id() + ":" + claim.unit_id());
  const auto to = [&](Party party, const std::string& id) {
    tell->Tell(UnitClaimRules(), changed.before(), claim.state(), How::kPlain, party, id);
  };
  to(Party::kRequester, task.requester_id());
  to(Party::kLiaison, claim.unit_id());
  to(Party::kArea, task.area_code());
}

}  // namespace baodao::inbox
