#include "services/registration/app/reach.h"

#include <algorithm>
#include <vector>

#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/registration_machine.h"

namespace baodao::registration {

Task<absl::Status> CheckReach(App& app, rpc::CallContext context, const Subject& subject) {
  const auth::Principal& caller = context.caller();
  if (subject.is_unit() || caller.IsService() || caller.person_id == subject.id() ||
      std::ranges::any_of(caller.grants, &auth::RoleGrant::OfEverything)) {
    co_return absl::OkStatus();
  }
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(app.records));
  const auth::Covers covers = areas::CoversIn(app.areas.tree());
  const bool reached = std::ranges::any_of(live, [&](const v1::Registration& registration) {
    return GivesReach(registration.state()) && caller.Coordinates(registration.area_code(), covers);
  });
  co_return reached ? absl::OkStatus() : Refuse(Reason::PERMISSION_DENIED);
}

}  // namespace baodao::registration
