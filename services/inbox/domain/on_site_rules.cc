// Who leads on site, and who is to be heard from.
#include <array>

#include "baodao/events/v1/events.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum dispatch::v1::CheckInState;
using enum events::v1::LeaderStep;
using enum How;
using enum Party;

constexpr Rule kLeaderRules[] = {
    {kAny, LEADER_STEP_NAMED, kPlain, kPerson, "leader_named"},
    {kAny, LEADER_STEP_NAMED, kPlain, kArea, "", "a coordinator did it"},
    {kAny, LEADER_STEP_REMOVED, kPlain, kPerson, "leader_removed"},
    {kAny, LEADER_STEP_REMOVED, kPlain, kArea, "", "a coordinator did it"},
    {kAny, LEADER_STEP_LEFT, kPlain, kPerson, "", "they did it, or their own part tells it"},
    {kAny, LEADER_STEP_LEFT, kPlain, kArea, "leader_left"},
};
constexpr std::array kLeaderParties = {kPerson, kArea};

constexpr Rule kCheckInRules[] = {
    {kAny, CHECK_IN_STATE_DUE, kPlain, kPerson, "check_in_due"},
    {kAny, CHECK_IN_STATE_DUE, kPlain, kArea, "", "they are reminded first"},
    {kAny, CHECK_IN_STATE_DUE, kPlain, kLeader, "", "they are reminded first"},
    {kAny, CHECK_IN_STATE_MISSED, kPlain, kPerson, "check_in_missed"},
    {kAny, CHECK_IN_STATE_MISSED, kPlain, kArea, "person_unheard"},
    {kAny, CHECK_IN_STATE_MISSED, kPlain, kLeader, "person_unheard"},
    {kAny, CHECK_IN_STATE_ON_TIME, kPlain, kPerson, "", "they said so, or were just spoken to"},
    {kAny, CHECK_IN_STATE_ON_TIME, kPlain, kArea, "person_heard"},
    {kAny, CHECK_IN_STATE_ON_TIME, kPlain, kLeader, "person_heard"},
    // Their service has ended, and nobody has heard from them.
    {kAny, CHECK_IN_STATE_UNSPECIFIED, kPlain, kPerson, "", "the end of their service tells it"},
    {kAny, CHECK_IN_STATE_UNSPECIFIED, kPlain, kArea, "person_unheard"},
    {kAny, CHECK_IN_STATE_UNSPECIFIED, kPlain, kLeader, "person_unheard"},
};
constexpr std::array kCheckInParties = {kPerson, kArea, kLeader};

}  // namespace

const RuleBook& LeaderRules() {
  static constexpr RuleBook kBook{kLeaderRules, kLeaderParties};
  return kBook;
}
const RuleBook& CheckInRules() {
  static constexpr RuleBook kBook{kCheckInRules, kCheckInParties};
  return kBook;
}

}  // namespace baodao::inbox
