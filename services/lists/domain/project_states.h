// The states of a project and what moves it between them.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <span>
#include <string>

#include "baodao/lists/v1/project.pb.h"
#include "services/lists/domain/transitions.h"

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
inline constexpr int kProjectEvents = static_cast<int>(ProjectEvent::kExpire) + 1;

std::span<const Transition<v1::ProjectState, ProjectEvent>> ProjectTransitions();
std::optional<v1::ProjectState> NextState(v1::ProjectState state, ProjectEvent event);

// "PROPOSED".
std::string StateName(v1::ProjectState state);

// Moves the project, or answers WRONG_STATE with its state and leaves it alone.
absl::Status Move(v1::Project* project, ProjectEvent event);

}  // namespace baodao::lists
