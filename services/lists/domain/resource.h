// 资源清单: the states of a resource, and what may be done with it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "baodao/lists/v1/records.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::lists {

enum class ResourceEvent { kWithdraw };

inline constexpr record::Machine<v1::ResourceState, ResourceEvent> kResourceMachine(
    v1::RESOURCE_STATE_LISTED,
    {{v1::RESOURCE_STATE_LISTED, ResourceEvent::kWithdraw, v1::RESOURCE_STATE_WITHDRAWN}});

// A resource is listed for so long unless its owner says less.
inline constexpr Millis kListedFor = std::chrono::hours(24 * 365);

// The resource asked for, LISTED, without id, as everybody may see it: exactly where a person's is
// is kept sealed (app/details.h). Refusals name the field: slots, expire_time, and
// what BookingTerms do not fit with.
absl::StatusOr<v1::Resource> NewResource(const v1::CreateResourceRequest& request,
                                         const std::string& owner_id, Time now);
// Sets the fields that the mask names; the exact place of a person's is the caller's to seal.
// WRONG_STATE; otherwise as NewResource. A refused update may leave it half changed.
absl::Status Update(v1::Resource* resource, const v1::UpdateResourceRequest& request, Time now);
// The place of a person's resource is rounded to about 100 m, because it may be their home. A unit
// is shown at its exact place.
v1::Resource PublicView(v1::Resource resource);
bool IsOfPerson(const v1::Resource& resource);
// LISTED → WITHDRAWN. `reason` may be empty.
absl::Status Withdraw(v1::Resource* resource, const std::string& reason, Time now);
// Whether needs may be linked with it now; WRONG_STATE otherwise.
absl::Status CheckLinkable(const v1::Resource& resource);

// When it is withdrawn by itself, and that.
std::optional<Time> DeadlineOf(const v1::ResourceRecord& record);
void Lapse(v1::ResourceRecord* record, Time now);

}  // namespace baodao::lists
