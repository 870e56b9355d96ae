#include "services/lists/domain/resource_states.h"

#include <array>

#include "common/status/status.h"

namespace baodao::lists {
namespace {

using ResourceRow = Transition<v1::ResourceState, ResourceEvent>;

constexpr std::array kResourceTable = {
    ResourceRow{v1::RESOURCE_STATE_LISTED, ResourceEvent::kWithdraw, v1::RESOURCE_STATE_WITHDRAWN},
};

}  // namespace

std::span<const ResourceRow> ResourceTransitions() { return kResourceTable; }

std::optional<v1::ResourceState> NextState(v1::ResourceState state, ResourceEvent event) {
  return Next(ResourceTransitions(), state, event);
}

std::string StateName(v1::ResourceState state) {
  return ShortName(v1::ResourceState_Name(state), "RESOURCE_STATE_");
}

absl::Status Move(v1::Resource* resource, ResourceEvent event) {
  const auto next = NextState(resource->state(), event);
  if (!next) return WrongState(StateName(resource->state()));
  resource->set_state(*next);
  return absl::OkStatus();
}

}  // namespace baodao::lists
