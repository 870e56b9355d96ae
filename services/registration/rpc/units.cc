// UnitService.
#include <utility>

#include "common/areas/covers.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"
#include "services/registration/app/unit_people.h"
#include "services/registration/domain/unit_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

Task<absl::StatusOr<v1::Unit>> CreateUnit(App& app, rpc::CallContext context,
                                          v1::CreateUnitRequest request) {
  const auto make = [&](record::Transaction& transaction,
                        std::string id) -> Task<absl::StatusOr<v1::UnitRecord>> {
    CO_RETURN_IF_ERROR(co_await CheckPersonKnown(app, "liaison_id", request.liaison_id()));
    v1::UnitRecord record;
    *record.mutable_unit() = NewUnit(request, transaction.now());
    record.mutable_unit()->set_unit_id(std::move(id));
    TellOfLiaisons({}, record.unit(), "", transaction);
    co_return record;
  };
  co_return co_await app.records.Create(context, request, kUnit, make);
}

Task<absl::StatusOr<v1::Unit>> GetUnit(App& app, rpc::CallContext context,
                                       v1::GetUnitRequest request) {
  return app.records.Get(std::move(context), kUnit, request.unit_id());
}

Task<absl::StatusOr<v1::Unit>> UpdateUnit(App& app, rpc::CallContext context,
                                          v1::UpdateUnitRequest request) {
  CO_RETURN_IF_ERROR(CheckUnitUpdate(request));
  const auto update = [&](record::Transaction& transaction,
                          v1::UnitRecord* record) -> Task<absl::Status> {
    const v1::Unit before = record->unit();
    ApplyUnitUpdate(request, transaction.now(), record->mutable_unit());
    if (!record::Sets(request, "liaison_id")) co_return absl::OkStatus();
    const auth::Principal& caller = context.caller();
    const auth::Covers covers = areas::CoversIn(app.records.tree());
    if (!caller.IsService() && !caller.Coordinates(before.area_code(), covers)) {
      co_return Refuse(Reason::PERMISSION_DENIED);
    }
    const bool own = caller.IsPerson() && (caller.Is(request.liaison_id()) ||
                                           units::IsLiaison(before, caller.person_id));
    if (own) co_return Refuse(Reason::OWN_LIAISON_CHANGE);
    TellOfLiaisons(before, record->unit(), "", transaction);
    co_return co_await CheckPersonKnown(app, "liaison_id", request.liaison_id());
  };
  co_return co_await app.records.Change(context, request, kUnit, request.unit_id(), update);
}

Task<absl::StatusOr<v1::ListUnitsResponse>> ListUnits(App& app, rpc::CallContext context,
                                                      v1::ListUnitsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kUnit, request));
  query.descending = false;
  co_return co_await app.records.List(context, kUnit, request, std::move(query),
                                      &v1::ListUnitsResponse::add_units);
}

}  // namespace

void RegisterUnits(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.UnitService/";
  router.Unary(service + "CreateUnit", app, &CreateUnit);
  router.Unary(service + "GetUnit", app, &GetUnit);
  router.Unary(service + "UpdateUnit", app, &UpdateUnit);
  router.Unary(service + "ListUnits", app, &ListUnits);
}

}  // namespace baodao::registration
