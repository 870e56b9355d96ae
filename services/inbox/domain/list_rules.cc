// Needs, resources and projects.
#include <array>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/project.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum lists::v1::NeedState;
using enum lists::v1::ProjectState;
using enum lists::v1::ResourceState;
using enum How;
using enum Party;

constexpr std::string_view kReviewed = "a coordinator reviewed it";
constexpr std::string_view kServing = "the notices of its task tell it";
constexpr std::string_view kListedByThem = "a coordinator did it";

constexpr Rule kNeedRules[] = {
    {kAny, NEED_STATE_SUBMITTED, kPlain, kArea, "need_pending"},
    {kAny, NEED_STATE_SUBMITTED, kPlain, kRequester, "need_entered"},
    {kAny, NEED_STATE_ACCEPTED, kPlain, kArea, "", kReviewed},
    {kAny, NEED_STATE_ACCEPTED, kPlain, kRequester, "need_accepted"},
    // An occurrence of a series, whose time has come near.
    {kAny, NEED_STATE_ACCEPTED, kByTime, kArea, "series_need_due"},
    {kAny, NEED_STATE_ACCEPTED, kByTime, kRequester, "series_next"},
    {kAny, NEED_STATE_ACCEPTED, kTaskLost, kArea, "need_unserved"},
    {kAny, NEED_STATE_ACCEPTED, kTaskLost, kRequester, "need_reopened"},
    {kAny, NEED_STATE_MATCHED, kPlain, kArea, "", kListedByThem},
    {kAny, NEED_STATE_MATCHED, kPlain, kRequester, "need_matched"},
    // Its link answers it still.
    {kAny, NEED_STATE_MATCHED, kTaskLost, kArea, "need_unserved"},
    {kAny, NEED_STATE_MATCHED, kTaskLost, kRequester, "need_reopened"},
    {kAny, NEED_STATE_IN_PROGRESS, kPlain, kArea, "", kServing},
    {kAny, NEED_STATE_IN_PROGRESS, kPlain, kRequester, "need_in_progress"},
    {kAny, NEED_STATE_RESOLVED, kPlain, kArea, "", kServing},
    {kAny, NEED_STATE_RESOLVED, kPlain, kRequester, "need_resolved"},
    {kAny, NEED_STATE_CLOSED, kPlain, kArea, "", kServing},
    {kAny, NEED_STATE_CLOSED, kPlain, kRequester, "need_closed"},
    {kAny, NEED_STATE_RETURNED, kPlain, kArea, "", kReviewed},
    {kAny, NEED_STATE_RETURNED, kPlain, kRequester, "need_returned"},
    {kAny, NEED_STATE_REJECTED, kPlain, kArea, "", kReviewed},
    {kAny, NEED_STATE_REJECTED, kPlain, kRequester, "need_rejected"},
    {kAny, NEED_STATE_MERGED, kPlain, kArea, "", kReviewed},
    {kAny, NEED_STATE_MERGED, kPlain, kRequester, "need_merged"},
    {kAny, NEED_STATE_CANCELLED, kPlain, kArea, "", kListedByThem},
    {kAny, NEED_STATE_CANCELLED, kOwnDoing, kArea, "need_given_up"},
    {kAny, NEED_STATE_CANCELLED, kPlain, kRequester, "need_cancelled"},
    // They may want help still.
    {kAny, NEED_STATE_CANCELLED, kMergedNeed, kRequester, "need_merged_cancelled"},
    {kAny, NEED_STATE_EXPIRED, kPlain, kArea, "need_passed"},
    {kAny, NEED_STATE_EXPIRED, kPlain, kRequester, "need_expired"},
    {kAny, kAny, kEdited, kArea, "", "it is read when it is reviewed, or a coordinator did it"},
    {NEED_STATE_ACCEPTED, kAny, kEdited, kArea, "need_revised"},
    {NEED_STATE_MATCHED, kAny, kEdited, kArea, "need_revised"},
    {kAny, kAny, kEdited, kRequester, "need_updated"},
};
constexpr std::array kNeedParties = {kArea, kRequester};

constexpr std::string_view kUnclaimed = "no unit has claimed it";
constexpr std::string_view kUnitsOwn = "the unit did it";

constexpr Rule kResourceRules[] = {
    {kAny, RESOURCE_STATE_LISTED, kPlain, kArea, "resource_listed"},
    {kAny, RESOURCE_STATE_LISTED, kPlain, kOwner, "resource_entered"},
    {kAny, RESOURCE_STATE_LISTED, kOwnDoing, kOwner, "", kUnitsOwn},
    {kAny, RESOURCE_STATE_WITHDRAWN, kPlain, kArea, "", kListedByThem},
    {kAny, RESOURCE_STATE_WITHDRAWN, kOwnDoing, kArea, "resource_gone"},
    {kAny, RESOURCE_STATE_WITHDRAWN, kByTime, kArea, "resource_gone"},
    {kAny, RESOURCE_STATE_WITHDRAWN, kPlain, kOwner, "resource_withdrawn"},
    {kAny, RESOURCE_STATE_WITHDRAWN, kOwnDoing, kOwner, "", kUnitsOwn},
    {kAny, RESOURCE_STATE_WITHDRAWN, kByTime, kOwner, "resource_expired"},
};
constexpr std::array kResourceParties = {kArea, kOwner};

constexpr Rule kProjectRules[] = {
    {kAny, PROJECT_STATE_PROPOSED, kPlain, kArea, "project_proposed"},
    {kAny, PROJECT_STATE_PROPOSED, kPlain, kProposer, "", "they proposed it"},
    {kAny, PROJECT_STATE_PROPOSED, kPlain, kLiaison, "", kUnclaimed},
    {kAny, PROJECT_STATE_BALLOTED, kPlain, kArea, "project_balloted"},
    {kAny, PROJECT_STATE_BALLOTED, kPlain, kProposer, "project_balloted"},
    {kAny, PROJECT_STATE_BALLOTED, kPlain, kLiaison, "", kUnclaimed},
    {kAny, PROJECT_STATE_APPROVED, kPlain, kArea, "", kReviewed},
    {kAny, PROJECT_STATE_APPROVED, kPlain, kProposer, "project_approved"},
    {kAny, PROJECT_STATE_APPROVED, kPlain, kLiaison, "", kUnclaimed},
    {PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED, kPlain, kArea, "project_given_back"},
    {PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED, kPlain, kProposer, "project_given_back"},
    {PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED, kPlain, kLiaison, "project_given_back"},
    {PROJECT_STATE_IN_PROGRESS, PROJECT_STATE_APPROVED, kPlain, kArea, "project_given_back"},
    {PROJECT_STATE_IN_PROGRESS, PROJECT_STATE_APPROVED, kPlain, kProposer, "project_given_back"},
    {PROJECT_STATE_IN_PROGRESS, PROJECT_STATE_APPROVED, kPlain, kLiaison, "project_given_back"},
    {kAny, PROJECT_STATE_CLAIMED, kPlain, kArea, "project_claimed"},
    {kAny, PROJECT_STATE_CLAIMED, kPlain, kProposer, "project_claimed"},
    {kAny, PROJECT_STATE_CLAIMED, kPlain, kLiaison, "", kUnitsOwn},
    {kAny, PROJECT_STATE_IN_PROGRESS, kPlain, kArea, "project_started"},
    {kAny, PROJECT_STATE_IN_PROGRESS, kPlain, kProposer, "project_started"},
    {kAny, PROJECT_STATE_IN_PROGRESS, kPlain, kLiaison, "", kUnitsOwn},
    {kAny, PROJECT_STATE_COMPLETED, kPlain, kArea, "project_completed"},
    {kAny, PROJECT_STATE_COMPLETED, kPlain, kProposer, "project_done"},
    {kAny, PROJECT_STATE_COMPLETED, kPlain, kLiaison, "", kUnitsOwn},
    {kAny, PROJECT_STATE_EVALUATED, kPlain, kArea, "", kReviewed},
    {kAny, PROJECT_STATE_EVALUATED, kPlain, kProposer, "project_evaluated"},
    {kAny, PROJECT_STATE_EVALUATED, kPlain, kLiaison, "project_evaluated"},
    {kAny, PROJECT_STATE_EVALUATED, kByTime, kArea, "project_unrated"},
    {kAny, PROJECT_STATE_EVALUATED, kByTime, kProposer, "project_unrated"},
    {kAny, PROJECT_STATE_EVALUATED, kByTime, kLiaison, "project_unrated"},
    {kAny, PROJECT_STATE_REJECTED, kPlain, kArea, "", kReviewed},
    {kAny, PROJECT_STATE_REJECTED, kPlain, kProposer, "project_rejected"},
    {kAny, PROJECT_STATE_REJECTED, kPlain, kLiaison, "", kUnclaimed},
    {kAny, PROJECT_STATE_CANCELLED, kPlain, kArea, "project_cancelled"},
    {kAny, PROJECT_STATE_CANCELLED, kPlain, kProposer, "project_cancelled"},
    {kAny, PROJECT_STATE_CANCELLED, kPlain, kLiaison, "project_cancelled"},
    {kAny, PROJECT_STATE_EXPIRED, kPlain, kArea, "project_expired"},
    {kAny, PROJECT_STATE_EXPIRED, kPlain, kProposer, "project_expired"},
    {kAny, PROJECT_STATE_EXPIRED, kPlain, kLiaison, "", kUnclaimed},
    {kAny, kAny, kLate, kArea, "project_late"},
    {kAny, kAny, kLate, kProposer, "", "the coordinators follow up"},
    {kAny, kAny, kLate, kLiaison, "project_late"},
    {kAny, PROJECT_STATE_COMPLETED, kLate, kArea, "project_completed"},
    {kAny, PROJECT_STATE_COMPLETED, kLate, kLiaison, "", "the coordinators evaluate it"},
    {kAny, PROJECT_STATE_PROPOSED, kPlain, kFollower, "", "nobody follows what is not there yet"},
    {kAny, PROJECT_STATE_BALLOTED, kPlain, kFollower, "project_balloted"},
    {kAny, PROJECT_STATE_APPROVED, kPlain, kFollower, "project_approved"},
    {kAny, PROJECT_STATE_CLAIMED, kPlain, kFollower, "project_claimed"},
    {kAny, PROJECT_STATE_IN_PROGRESS, kPlain, kFollower, "project_started"},
    {kAny, PROJECT_STATE_COMPLETED, kPlain, kFollower, "project_done"},
    {kAny, PROJECT_STATE_EVALUATED, kPlain, kFollower, "project_evaluated"},
    {kAny, PROJECT_STATE_REJECTED, kPlain, kFollower, "project_rejected"},
    {kAny, PROJECT_STATE_CANCELLED, kPlain, kFollower, "project_cancelled"},
    {kAny, PROJECT_STATE_EXPIRED, kPlain, kFollower, "project_expired"},
    {PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED, kPlain, kFollower, "project_given_back"},
    {PROJECT_STATE_IN_PROGRESS, PROJECT_STATE_APPROVED, kPlain, kFollower, "project_given_back"},
    {kAny, PROJECT_STATE_EVALUATED, kByTime, kFollower, "project_unrated"},
    {kAny, kAny, kEdited, kArea, "", kListedByThem},
    {kAny, kAny, kEdited, kProposer, "project_updated"},
    {kAny, kAny, kEdited, kLiaison, "project_updated"},
    {kAny, kAny, kEdited, kFollower, "project_updated"},
};
constexpr std::array kProjectParties = {kArea, kProposer, kLiaison, kFollower};

}  // namespace

const RuleBook& NeedRules() {
  static constexpr RuleBook kBook{kNeedRules, kNeedParties};
  return kBook;
}
const RuleBook& ResourceRules() {
  static constexpr RuleBook kBook{kResourceRules, kResourceParties};
  return kBook;
}
const RuleBook& ProjectRules() {
  static constexpr RuleBook kBook{kProjectRules, kProjectParties};
  return kBook;
}

}  // namespace baodao::inbox
