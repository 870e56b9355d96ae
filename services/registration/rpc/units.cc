// UnitService.
#include <utility>

#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/unit_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

v1::Unit Shown(v1::UnitRecord record, uint64_t version) {
  record.mutable_unit()->set_etag(record::EtagOf(version));
  return std::move(*record.mutable_unit());
}

Task<absl::Status> CheckLiaison(App& app, std::string person_id) {
  if (person_id.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.records.Find(kPerson, std::move(person_id)));
  if (known.exists()) co_return absl::OkStatus();
  co_return RefuseField("liaison_id", ViolationKind::UNKNOWN_REFERENCE);
}

Task<absl::StatusOr<v1::Unit>> CreateUnit(App& app, rpc::CallContext context,
                                          v1::CreateUnitRequest request) {
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await app.areas.TreeWith(request.area_code()));
  record::Decide<v1::Unit> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::Unit>> {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(co_await CheckLiaison(app, request.liaison_id()));
    v1::UnitRecord record;
    *record.mutable_unit() = NewUnit(request, transaction.now());
    record.mutable_unit()->set_unit_id(app.records.NewId(kUnit, transaction.shard()));
    transaction.Put(kUnit, {}, record);
    co_return Shown(std::move(record), 1);
  };
  co_return co_await app.records.Mutate<v1::Unit>(
      context, request, app.records.ShardOf(request.area_code()), std::move(decide));
}

Task<absl::StatusOr<v1::Unit>> GetUnit(App& app, rpc::CallContext context,
                                       v1::GetUnitRequest request) {
  CO_ASSIGN_OR_RETURN(auto loaded, co_await app.records.Load(context, kUnit, request.unit_id()));
  co_return Shown(std::move(loaded.record), loaded.version);
}

Task<absl::StatusOr<v1::Unit>> UpdateUnit(App& app, rpc::CallContext context,
                                          v1::UpdateUnitRequest request) {
  CO_RETURN_IF_ERROR(CheckUnitUpdate(request));
  record::Decide<v1::Unit> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::Unit>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kUnit, request.unit_id()));
    CO_RETURN_IF_ERROR(record::CheckEtag(request.etag(), before.version));
    v1::UnitRecord after = before.record;
    ApplyUnitUpdate(request, transaction.now(), after.mutable_unit());
    if (record::Sets(request, "liaison_id")) {
      CO_RETURN_IF_ERROR(co_await CheckLiaison(app, request.liaison_id()));
    }
    transaction.Put(kUnit, before, after);
    co_return Shown(std::move(after), before.version + 1);
  };
  const int shard = app.store().keys().ShardOfId(request.unit_id());
  co_return co_await app.records.Mutate<v1::Unit>(context, request, shard, std::move(decide));
}

Task<absl::StatusOr<v1::ListUnitsResponse>> ListUnits(App& app, rpc::CallContext context,
                                                      v1::ListUnitsRequest request) {
  CO_RETURN_IF_ERROR((co_await app.areas.TreeWith(request.area_code())).status());
  record::PageQuery query = app.records.InArea(kUnit, request.area_code());
  query.newest_first = false;
  const auto show = [](v1::ListUnitsResponse* response, record::Versioned<v1::UnitRecord> found) {
    *response->add_units() = Shown(std::move(found.record), found.version);
    return absl::OkStatus();
  };
  co_return co_await app.records.List<v1::ListUnitsResponse, v1::UnitRecord>(
      context, kUnit, request, std::move(query), show);
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
