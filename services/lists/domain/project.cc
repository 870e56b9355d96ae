#include "services/lists/domain/project.h"

#include <algorithm>
#include <string_view>

#include "common/clock/timestamp.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

bool AsksForAComment(ProjectEvent event) {
  return event == ProjectEvent::kReject || event == ProjectEvent::kCancel ||
         event == ProjectEvent::kRelease;
}

// When a project that a unit has is late: by its campaign clock, or where nothing was heard of it.
Time LateAt(const v1::Project& project) {
  const bool runs = project.state() != v1::PROJECT_STATE_COMPLETED;
  if (runs && project.has_due_time()) return ToTime(project.due_time());
  return ToTime(project.update_time()) + kReminderPeriod;
}

// When the coordinators are told of it next.
Time RemindAt(const v1::ProjectRecord& record) {
  if (record.has_reminded()) return ToTime(record.reminded()) + kReminderPeriod;
  return LateAt(record.project());
}

Time IdleUntil(const v1::Project& project) { return ToTime(project.update_time()) + kProjectIdle; }

}  // namespace

v1::Project NewProject(const v1::CreateProjectRequest& request, const std::string& proposer_id,
                       Time now) {
  v1::Project project;
  project.set_title(request.title());
  project.set_description(request.description());
  project.set_category(request.category());
  project.set_area_code(request.area_code());
  project.set_state(v1::PROJECT_STATE_PROPOSED);
  project.set_proposer_id(proposer_id);
  project.set_campaign_days(request.campaign_days());
  *project.mutable_create_time() = ToTimestamp(now);
  *project.mutable_update_time() = ToTimestamp(now);
  return project;
}

absl::Status Change(v1::Project* project, ProjectEvent event, const std::string& comment,
                    Time now) {
  if (comment.empty() && AsksForAComment(event)) {
    return RefuseField("comment", ViolationKind::REQUIRED);
  }
  RETURN_IF_ERROR(kProjectMachine.Move(project, event));
  if (!comment.empty()) project->set_comment(comment);
  *project->mutable_update_time() = ToTimestamp(now);
  if (event != ProjectEvent::kRelease) return absl::OkStatus();
  project->clear_unit_id();
  project->clear_liaison_id();
  project->clear_due_time();
  return absl::OkStatus();
}

absl::Status Claim(v1::Project* project, const std::string& unit_id, const std::string& liaison_id,
                   Time now) {
  if (!project->unit_id().empty()) {
    return Refuse(Reason::PROJECT_ALREADY_CLAIMED, {{"unit", project->unit_id()}});
  }
  RETURN_IF_ERROR(Change(project, ProjectEvent::kClaim, "", now));
  project->set_unit_id(unit_id);
  project->set_liaison_id(liaison_id);
  if (project->campaign_days() > 0) {
    *project->mutable_due_time() = ToTimestamp(now + std::chrono::days(project->campaign_days()));
  }
  return absl::OkStatus();
}

absl::Status Evaluate(v1::Project* project, int rating, const std::string& comment,
                      const std::string& evaluator_id, Time now) {
  if (!evaluator_id.empty() && evaluator_id == project->liaison_id()) {
    return Refuse(Reason::OWN_SERVICE);
  }
  RETURN_IF_ERROR(Change(project, ProjectEvent::kEvaluate, comment, now));
  project->set_rating(rating);
  return absl::OkStatus();
}

absl::Status Update(v1::Project* project, const v1::UpdateProjectRequest& request, Time now) {
  RETURN_IF_ERROR(record::CheckMask(request, {"title", "description", "category", "campaign_days"},
                                    {"title", "category"}));
  // A project that can be cancelled can be edited.
  if (!kProjectMachine.Next(project->state(), ProjectEvent::kCancel)) {
    return WrongState(record::StateName(project->state()));
  }
  const auto sets = [&](std::string_view field) { return record::Sets(request, field); };
  if (sets("campaign_days") && !project->unit_id().empty()) {
    return Refuse(Reason::PROJECT_ALREADY_CLAIMED, {{"unit", project->unit_id()}});
  }
  if (sets("title")) project->set_title(request.title());
  if (sets("description")) project->set_description(request.description());
  if (sets("category")) project->set_category(request.category());
  if (sets("campaign_days")) project->set_campaign_days(request.campaign_days());
  *project->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Follow(v1::ProjectRecord* record, const std::string& person_id) {
  const v1::ProjectState state = record->project().state();
  if (kProjectMachine.IsFinal(state)) return WrongState(record::StateName(state));
  const bool follows = IsFollowedBy(*record, person_id);
  if (!follows && record->follower_ids_size() >= kMaxFollowers) {
    return Refuse(Reason::TOO_MANY_FOLLOWERS, {{"max", std::to_string(kMaxFollowers)}});
  }
  if (!follows) record->add_follower_ids(person_id);
  record->set_unedited_versions(record->unedited_versions() + 1);
  return absl::OkStatus();
}

void Unfollow(v1::ProjectRecord* record, const std::string& person_id) {
  auto& all = *record->mutable_follower_ids();
  all.erase(std::remove(all.begin(), all.end(), person_id), all.end());
  record->set_unedited_versions(record->unedited_versions() + 1);
}

bool IsFollowedBy(const v1::ProjectRecord& record, const std::string& person_id) {
  return std::ranges::count(record.follower_ids(), person_id) > 0;
}

void LetFollowersGo(v1::ProjectRecord* record) {
  if (kProjectMachine.IsFinal(record->project().state())) record->clear_follower_ids();
}

absl::Status CheckLinkable(const v1::Project& project) {
  switch (project.state()) {
    case v1::PROJECT_STATE_APPROVED:
    case v1::PROJECT_STATE_CLAIMED:
    case v1::PROJECT_STATE_IN_PROGRESS:
      return absl::OkStatus();
    default:
      return WrongState(record::StateName(project.state()));
  }
}

std::optional<Time> DeadlineOf(const v1::ProjectRecord& record) {
  const v1::Project& project = record.project();
  switch (project.state()) {
    case v1::PROJECT_STATE_PROPOSED:
    case v1::PROJECT_STATE_BALLOTED:
    case v1::PROJECT_STATE_APPROVED:
      return IdleUntil(project);
    case v1::PROJECT_STATE_CLAIMED:
    case v1::PROJECT_STATE_IN_PROGRESS:
      return RemindAt(record);
    case v1::PROJECT_STATE_COMPLETED:
      return std::min(RemindAt(record), IdleUntil(project));
    default:
      return std::nullopt;
  }
}

void Lapse(v1::ProjectRecord* record, Time now) {
  v1::Project* const project = record->mutable_project();
  if (now >= IdleUntil(*project) && kProjectMachine.Move(project, ProjectEvent::kExpire).ok()) {
    *project->mutable_update_time() = ToTimestamp(now);
  } else {
    *record->mutable_reminded() = ToTimestamp(now);
  }
  LetFollowersGo(record);
}

}  // namespace baodao::lists
