// Units: their liaisons, members and claims of slots.
#include <array>

#include "baodao/events/v1/events.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum dispatch::v1::UnitClaimState;
using enum events::v1::LiaisonStep;
using enum How;
using enum Party;

constexpr std::string_view kAnswered = "it waits for them no more";

constexpr Rule kLiaisonRules[] = {
    {kAny, LIAISON_STEP_PROPOSED, kPlain, kArea, "unit_liaison_proposed"},
    {kAny, LIAISON_STEP_PROPOSED, kPlain, kPerson, "", "nothing is decided yet"},
    {kAny, LIAISON_STEP_PROPOSED, kPlain, kProposer, "", "they asked for it"},
    {kAny, LIAISON_STEP_ADDED, kPlain, kPerson, "unit_liaison_added"},
    {kAny, LIAISON_STEP_REMOVED, kPlain, kPerson, "unit_liaison_removed"},
    {kAny, LIAISON_STEP_DROPPED, kPlain, kPerson, "", "nothing has changed for them"},
    {kAny, kAny, kPlain, kProposer, "unit_liaison_answered"},
    {kAny, kAny, kPlain, kArea, "", kAnswered},
};
constexpr std::array kLiaisonParties = {kPerson, kProposer, kArea};

constexpr Rule kMemberRules[] = {
    {kAny, 1, kPlain, kPerson, "unit_membership_confirmed"},
    {kAny, 0, kPlain, kPerson, "unit_membership_ended"},
    {kAny, kAny, kPlain, kLiaison, "", "one of them did it"},
};
constexpr std::array kMemberParties = {kPerson, kLiaison};

constexpr std::string_view kPeopleTell = "they hear of each person who comes, and who does not";

constexpr Rule kUnitClaimRules[] = {
    {kAny, UNIT_CLAIM_STATE_OPEN, kPlain, kRequester, "unit_claimed"},
    {UNIT_CLAIM_STATE_OPEN, UNIT_CLAIM_STATE_OPEN, kPlain, kRequester, "", kPeopleTell},
    {kAny, UNIT_CLAIM_STATE_OPEN, kPlain, kLiaison, "", "a liaison did it"},
    {kAny, UNIT_CLAIM_STATE_REPORTED, kPlain, kLiaison, "unit_claim_reported"},
    {kAny, kAny, kPlain, kLiaison, "unit_claim_settled"},
    {kAny, kAny, kPlain, kRequester, "", kPeopleTell},
    {kAny, kAny, kPlain, kArea, "", "they hear when it is staffed, or short"},
};
constexpr std::array kUnitClaimParties = {kRequester, kLiaison, kArea};

}  // namespace

const RuleBook& LiaisonRules() {
  static constexpr RuleBook kBook{kLiaisonRules, kLiaisonParties};
  return kBook;
}
const RuleBook& MemberRules() {
  static constexpr RuleBook kBook{kMemberRules, kMemberParties};
  return kBook;
}
const RuleBook& UnitClaimRules() {
  static constexpr RuleBook kBook{kUnitClaimRules, kUnitClaimParties};
  return kBook;
}

}  // namespace baodao::inbox
