#include "services/lists/domain/project_states.h"

#include <array>

#include "common/status/status.h"

namespace baodao::lists {
namespace {

using ProjectRow = Transition<v1::ProjectState, ProjectEvent>;

constexpr auto kProjectTable = [] {
  using enum ProjectEvent;
  return std::array{
      ProjectRow{v1::PROJECT_STATE_PROPOSED, kBallotPassed, v1::PROJECT_STATE_BALLOTED},
      ProjectRow{v1::PROJECT_STATE_PROPOSED, kApprove, v1::PROJECT_STATE_APPROVED},
      ProjectRow{v1::PROJECT_STATE_PROPOSED, kReject, v1::PROJECT_STATE_REJECTED},
      ProjectRow{v1::PROJECT_STATE_PROPOSED, kCancel, v1::PROJECT_STATE_CANCELLED},
      ProjectRow{v1::PROJECT_STATE_PROPOSED, kExpire, v1::PROJECT_STATE_EXPIRED},
      ProjectRow{v1::PROJECT_STATE_BALLOTED, kApprove, v1::PROJECT_STATE_APPROVED},
      ProjectRow{v1::PROJECT_STATE_BALLOTED, kReject, v1::PROJECT_STATE_REJECTED},
      ProjectRow{v1::PROJECT_STATE_BALLOTED, kCancel, v1::PROJECT_STATE_CANCELLED},
      ProjectRow{v1::PROJECT_STATE_BALLOTED, kExpire, v1::PROJECT_STATE_EXPIRED},
      ProjectRow{v1::PROJECT_STATE_APPROVED, kClaim, v1::PROJECT_STATE_CLAIMED},
      ProjectRow{v1::PROJECT_STATE_APPROVED, kCancel, v1::PROJECT_STATE_CANCELLED},
      ProjectRow{v1::PROJECT_STATE_APPROVED, kExpire, v1::PROJECT_STATE_EXPIRED},
      ProjectRow{v1::PROJECT_STATE_CLAIMED, kStart, v1::PROJECT_STATE_IN_PROGRESS},
      ProjectRow{v1::PROJECT_STATE_CLAIMED, kRelease, v1::PROJECT_STATE_APPROVED},
      ProjectRow{v1::PROJECT_STATE_CLAIMED, kCancel, v1::PROJECT_STATE_CANCELLED},
      ProjectRow{v1::PROJECT_STATE_IN_PROGRESS, kRelease, v1::PROJECT_STATE_APPROVED},
      ProjectRow{v1::PROJECT_STATE_IN_PROGRESS, kCancel, v1::PROJECT_STATE_CANCELLED},
      ProjectRow{v1::PROJECT_STATE_IN_PROGRESS, kComplete, v1::PROJECT_STATE_COMPLETED},
      ProjectRow{v1::PROJECT_STATE_COMPLETED, kEvaluate, v1::PROJECT_STATE_EVALUATED},
      ProjectRow{v1::PROJECT_STATE_COMPLETED, kExpire, v1::PROJECT_STATE_EVALUATED},
  };
}();

}  // namespace

std::span<const ProjectRow> ProjectTransitions() { return kProjectTable; }

std::optional<v1::ProjectState> NextState(v1::ProjectState state, ProjectEvent event) {
  return Next(ProjectTransitions(), state, event);
}

std::string StateName(v1::ProjectState state) {
  return ShortName(v1::ProjectState_Name(state), "PROJECT_STATE_");
}

absl::Status Move(v1::Project* project, ProjectEvent event) {
  const auto next = NextState(project->state(), event);
  if (!next) return WrongState(StateName(project->state()));
  project->set_state(*next);
  return absl::OkStatus();
}

}  // namespace baodao::lists
