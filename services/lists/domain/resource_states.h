// The states of a resource and what moves it between them.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <span>
#include <string>

#include "baodao/lists/v1/resource.pb.h"
#include "services/lists/domain/transitions.h"

namespace baodao::lists {

enum class ResourceEvent { kWithdraw };
inline constexpr int kResourceEvents = static_cast<int>(ResourceEvent::kWithdraw) + 1;

std::span<const Transition<v1::ResourceState, ResourceEvent>> ResourceTransitions();
std::optional<v1::ResourceState> NextState(v1::ResourceState state, ResourceEvent event);

// "LISTED".
std::string StateName(v1::ResourceState state);

// Moves the resource, or answers WRONG_STATE with its state and leaves it alone.
absl::Status Move(v1::Resource* resource, ResourceEvent event);

}  // namespace baodao::lists
