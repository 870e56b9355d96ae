// 项目清单: the states of a project, and what may be done with it.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>

#include "baodao/lists/v1/project.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::lists {

enum class ProjectEvent {
  kBallotPassed,  // 票决
  kApprove,
  kClaim,  // 认领
  kStart,
  kComplete,
  kEvaluate,
  kReject,
  kCancel,
  kRelease,  // the unit gives it back
  kExpire,   // nobody approved, claimed or evaluated it
};

inline constexpr record::Machine<v1::ProjectState, ProjectEvent> kProjectMachine = [] {
  using enum ProjectEvent;
  return record::Machine<v1::ProjectState, ProjectEvent>(
      v1::PROJECT_STATE_PROPOSED,
      {
          {v1::PROJECT_STATE_PROPOSED, kBallotPassed, v1::PROJECT_STATE_BALLOTED},
          {v1::PROJECT_STATE_PROPOSED, kApprove, v1::PROJECT_STATE_APPROVED},
          {v1::PROJECT_STATE_PROPOSED, kReject, v1::PROJECT_STATE_REJECTED},
          {v1::PROJECT_STATE_PROPOSED, kCancel, v1::PROJECT_STATE_CANCELLED},
          {v1::PROJECT_STATE_PROPOSED, kExpire, v1::PROJECT_STATE_EXPIRED},
          {v1::PROJECT_STATE_BALLOTED, kApprove, v1::PROJECT_STATE_APPROVED},
          {v1::PROJECT_STATE_BALLOTED, kReject, v1::PROJECT_STATE_REJECTED},
          {v1::PROJECT_STATE_BALLOTED, kCancel, v1::PROJECT_STATE_CANCELLED},
          {v1::PROJECT_STATE_BALLOTED, kExpire, v1::PROJECT_STATE_EXPIRED},
          {v1::PROJECT_STATE_APPROVED, kClaim, v1::PROJECT_STATE_CLAIMED},
          {v1::PROJECT_STATE_APPROVED, kCancel, v1::PROJECT_STATE_CANCELLED},
          {v1::PROJECT_STATE_APPROVED, kExpire, v1::PROJECT_STATE_EXPIRED},
          {v1::PROJECT_STATE_CLAIMED, kStart, v1::PROJECT_STATE_IN_PROGRESS},
          {v1::PROJECT_STATE_CLAIMED, kRelease, v1::PROJECT_STATE_APPROVED},
          {v1::PROJECT_STATE_CLAIMED, kCancel, v1::PROJECT_STATE_CANCELLED},
          {v1::PROJECT_STATE_IN_PROGRESS, kRelease, v1::PROJECT_STATE_APPROVED},
          {v1::PROJECT_STATE_IN_PROGRESS, kCancel, v1::PROJECT_STATE_CANCELLED},
          {v1::PROJECT_STATE_IN_PROGRESS, kComplete, v1::PROJECT_STATE_COMPLETED},
          {v1::PROJECT_STATE_COMPLETED, kEvaluate, v1::PROJECT_STATE_EVALUATED},
          {v1::PROJECT_STATE_COMPLETED, kExpire, v1::PROJECT_STATE_EVALUATED},
      });
}();

// A project that nobody approves, or claims, for so long is EXPIRED, and one that nobody evaluates
// EVALUATED without a rating …
inline constexpr Millis kProjectIdle = std::chrono::hours(24 * 180);
// … and of one that a unit has the coordinators are reminded this often once it is late.
inline constexpr Millis kReminderPeriod = std::chrono::hours(24 * 30);
// All are named in each event of it.
inline constexpr int kMaxFollowers = 200;

// The project asked for, PROPOSED, without id.
v1::Project NewProject(const v1::CreateProjectRequest& request, const std::string& proposer_id,
                       Time now);
// Approves, starts, completes, rejects, cancels or releases it. WRONG_STATE; rejecting, cancelling
// and releasing refuse somebody's wish and ask for a comment. A project that is released is as if
// no unit had claimed it.
absl::Status Change(v1::Project* project, ProjectEvent event, const std::string& comment, Time now);
// Starts the campaign clock. PROJECT_ALREADY_CLAIMED once some unit has it.
absl::Status Claim(v1::Project* project, const std::string& unit_id, const std::string& liaison_id,
                   Time now);
// OWN_SERVICE when the evaluator claimed it for their unit, also one who left it since.
absl::Status Evaluate(v1::Project* project, int rating, const std::string& comment,
                      const std::string& evaluator_id, Time now);
// Sets the fields that the mask names. WRONG_STATE once it is COMPLETED or over; campaign_days
// once a unit has it: PROJECT_ALREADY_CLAIMED. A refused update may leave it half changed.
absl::Status Update(v1::Project* project, const v1::UpdateProjectRequest& request, Time now);
// Adds to those who follow it, or takes out; either twice is once. No edit: whoever edits it
// meanwhile is not refused. WRONG_STATE of one that is over, TOO_MANY_FOLLOWERS.
absl::Status Follow(v1::ProjectRecord* record, const std::string& person_id);
void Unfollow(v1::ProjectRecord* record, const std::string& person_id);
bool IsFollowedBy(const v1::ProjectRecord& record, const std::string& person_id);
// Nobody follows it any more once it is over.
void LetFollowersGo(v1::ProjectRecord* record);
// Approved and not yet completed; WRONG_STATE otherwise.
absl::Status CheckLinkable(const v1::Project& project);

// When the clock moves the project next, or its coordinators are reminded of it.
std::optional<Time> DeadlineOf(const v1::ProjectRecord& record);
// Makes the move of the deadline: the project expires (or is EVALUATED, unrated), or its
// coordinators are reminded.
void Lapse(v1::ProjectRecord* record, Time now);

}  // namespace baodao::lists
