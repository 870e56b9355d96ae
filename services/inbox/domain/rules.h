// Tables of who hears of which transition. Every row either names what is told or says why not, so
// that a test can ask every transition of every record.
#pragma once

#include <span>
#include <string_view>

namespace baodao::inbox {

// Whom a record concerns.
enum class Party {
  kPerson,  // the one it is about: who reported, serves, holds the role or the credential
  kRequester,
  kOwner,
  kProposer,  // who proposed a project, or a colleague in their place; who nominated a person
  kLiaison,   // of the unit it is about
  kFollower,  // of a project
  kLeader,    // of a task: one of its volunteers
  kArea,      // the area's coordinators
  kUpper,     // those of the area that an escalation went to
};

// Tells two ways of the same transition apart, as far as somebody hears something else.
enum class How {
  kPlain,
  kOwnDoing,       // by the person, requester or owner themself
  kByTime,         // nobody did it: a timer
  kUnreviewed,     // nobody decided in time
  kTransferred,    // to another area
  kTaskLost,       // a need's task was cancelled or expired
  kNeedCancelled,  // a task that went with its need
  kMergedNeed,     // the need that another was merged into
  kEdited,         // what it says was changed, and nothing else
  kLate,           // its time is over and it is not done
  kNoRequester,
  kConfirmed,    // after the fact, without a sign-in
  kByRequester,  // so confirmed
  kLowRating,
  kHeldSlot,      // an offer with a slot kept for it
  kStaffed,       // with this one there are enough people
  kBegun,         // with this one the service begins
  kShort,         // without this one there are too few
  kSomeLeft,      // somebody is off, others still come
  kNobodyLeft,    // somebody is off, and nobody comes now
  kCancelled,     // with its task
  kExpired,       // with its task
  kStandingLost,  // what the person was accepted for has ended
  kReversed,
  kCredential,  // an application for a credential, not for a category
  kEnough,      // others have taken every slot
  kLeaving,     // asks to be let go
  kStays,       // asks so no more
  kRefused,     // asked so, and is to come
  kLetGo,       // asked so, and a coordinator agreed
  kNobodyElse,  // asked so, and nobody can come instead any more
  kReplaced,    // one in whose place somebody has come
  kInstead,     // one who comes, or is asked to come, in the place of another
  kNamed,       // by a unit that had claimed the slot
  kByLeader,    // of the task
  kAfterEnd,    // known only when the task was over
  kDoubtful,    // signed in a way that a coordinator should look at
};

inline constexpr int kAny = -1;
// A credential is about to end.
inline constexpr int kExpiring = 2;

struct Rule {
  int before;  // a state, or kAny
  int after;   // a state (of TaskChanged: its kind), or kAny
  How how;     // kPlain: also where no other row has the way
  Party to;
  std::string_view kind;          // empty: not told
  std::string_view why_not = {};  // where not told
};

// The rules of one record, and all the parties it has.
struct RuleBook {
  std::span<const Rule> rules;
  std::span<const Party> parties;

  // The row that fits best: by the way before the state it came from. Null where none fits.
  const Rule* Find(int before, int after, How how, Party to) const;
};

const RuleBook& RegistrationRules();
const RuleBook& RoleRules();        // after: 1 granted, 0 revoked
const RuleBook& PhoneRules();       // after: 0
const RuleBook& SignInRules();      // after: 0
const RuleBook& DeletionRules();    // after: 1 asked for or put off, 0 cancelled
const RuleBook& CredentialRules();  // after: 1 granted, 0 revoked, kExpiring
const RuleBook& VerificationRules();
const RuleBook& CategoryRules();  // after: 0 revoked
const RuleBook& NeedRules();
const RuleBook& NeedSeriesRules();
const RuleBook& ResourceRules();
const RuleBook& ProjectRules();
const RuleBook& BookingRules();
const RuleBook& TaskRules();  // after: the TaskChange
const RuleBook& AssignmentRules();
const RuleBook& CreditRequestRules();
const RuleBook& HoursRules();    // after: 0
const RuleBook& MessageRules();  // after: 0
const RuleBook& RatingRules();   // after: 0 of the volunteer, 1 of the service
const RuleBook& ComplaintRules();
const RuleBook& LiaisonRules();  // after: the LiaisonStep
const RuleBook& MemberRules();   // after: 1 confirmed, 0 let go
const RuleBook& UnitClaimRules();
const RuleBook& LeaderRules();   // after: the LeaderStep
const RuleBook& CheckInRules();  // before and after: CheckInStates; 0 where nobody waits any more
const RuleBook& CertificateRules();
const RuleBook& CalendarFeedRules();  // after: 1 made, 0 ended

// Why an event of this kind (Event::ChangeCase) concerns nobody; empty for those with rules.
std::string_view WhyNobodyHears(int change);

// Told also to who did it: the receipt they keep.
bool IsReceipt(std::string_view kind);

}  // namespace baodao::inbox
