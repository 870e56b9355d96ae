#include "services/lists/app/booking_access.h"

#include "common/areas/covers.h"
#include "common/status/macros.h"

namespace baodao::lists {

Task<absl::StatusOr<Manager>> ManagerOf(App& app, rpc::CallContext context, v1::Booking booking) {
  const auth::Principal& caller = context.caller();
  const std::string& owner = booking.owner_id();
  if (caller.Is(owner)) co_return Manager::kOwner;
  if (owner.starts_with("unt_")) {
    const absl::Status liaison = co_await CheckLiaison(context, app.peers, owner);
    if (liaison.ok()) co_return Manager::kOwner;
    if (absl::IsUnavailable(liaison)) co_return liaison;
  }
  const auth::Covers covers = areas::CoversIn(app.records.tree());
  if (caller.Coordinates(booking.area_code(), covers)) co_return Manager::kCoordinator;
  co_return Manager::kNone;
}

Task<absl::StatusOr<rpc::Scope>> ScopeOfBooking(App& app, v1::BookingRecord record) {
  const v1::Booking& booking = record.booking();
  rpc::Scope scope;
  scope.area_code = booking.area_code();
  scope.owner_ids = {booking.person_id(), booking.owner_id()};
  if (!booking.owner_id().starts_with("unt_")) co_return scope;
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await app.peers.GetUnit(rpc::CallOptions(), booking.owner_id()));
  const auto& liaisons = unit.liaison_ids();
  scope.owner_ids.insert(scope.owner_ids.end(), liaisons.begin(), liaisons.end());
  co_return scope;
}

}  // namespace baodao::lists
