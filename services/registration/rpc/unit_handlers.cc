#include "services/registration/rpc/unit_handlers.h"

#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/registration/domain/unit_rules.h"
#include "services/registration/store/pages.h"

namespace baodao::registration {
namespace {

constexpr int kStandardUnitPage = 20;
constexpr int kLargestUnitPage = 200;

v1::UnitRecord NewUnit(const v1::CreateUnitRequest& request, std::string id, Time now) {
  v1::UnitRecord record;
  v1::Unit& unit = *record.mutable_unit();
  unit.set_unit_id(std::move(id));
  unit.set_name(request.name());
  unit.set_kind(request.kind());
  unit.set_area_code(request.area_code());
  unit.set_liaison_id(request.liaison_id());
  *unit.mutable_categories() = request.categories();
  *unit.mutable_create_time() = ToTimestamp(now);
  *unit.mutable_update_time() = ToTimestamp(now);
  return record;
}

}  // namespace

void UnitHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.registration.v1.UnitService/";
  router.Unary(service + "CreateUnit", this, &UnitHandlers::CreateUnit);
  router.Unary(service + "GetUnit", this, &UnitHandlers::GetUnit);
  router.Unary(service + "UpdateUnit", this, &UnitHandlers::UpdateUnit);
  router.Unary(service + "ListUnits", this, &UnitHandlers::ListUnits);
}

Task<absl::Status> UnitHandlers::CheckLiaison(std::string person_id) {
  if (person_id.empty()) co_return absl::OkStatus();
  bool known = false;
  if (env_.keys.ShardOf(person_id, "per").has_value()) {
    CO_ASSIGN_OR_RETURN(const store::Stored stored,
                        co_await env_.store.Get(env_.keys.Person(person_id)));
    known = stored.exists();
  }
  if (known) co_return absl::OkStatus();
  co_return RefuseField("liaison_id", ViolationKind::UNKNOWN_REFERENCE);
}

Task<absl::StatusOr<Loaded<v1::UnitRecord>>> UnitHandlers::LoadUnit(std::string id) {
  if (!env_.keys.ShardOf(id, "unt").has_value()) co_return NotFound("unit", std::move(id));
  CO_ASSIGN_OR_RETURN(Loaded<v1::UnitRecord> loaded,
                      co_await Load<v1::UnitRecord>(env_.store, env_.keys.Unit(id)));
  if (!loaded.exists()) co_return NotFound("unit", std::move(id));
  co_return loaded;
}

Task<absl::StatusOr<store::Decision<v1::Unit>>> UnitHandlers::DecideCreate(
    const v1::CreateUnitRequest& request, AreaBook::Tree tree, int shard, Stamp stamp) {
  CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
  CO_RETURN_IF_ERROR(co_await CheckLiaison(request.liaison_id()));
  v1::UnitRecord record = NewUnit(request, ids::New("unt", shard), stamp.now);
  Changes changes(shard, env_.keys, *tree, std::move(stamp));
  changes.PutUnit({}, record);
  co_return store::Decision<v1::Unit>{changes.Take(), std::move(*record.mutable_unit())};
}

Task<absl::StatusOr<v1::Unit>> UnitHandlers::CreateUnit(rpc::CallContext context,
                                                        v1::CreateUnitRequest request) {
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(request.area_code()));
  const int shard = tree->ShardOf(request.area_code(), env_.keys.keys());
  Decide<v1::Unit> decide = [&] {
    return DecideCreate(request, tree, shard, StampOf(env_, context));
  };
  co_return co_await Mutate<v1::Unit>(env_, context, request, shard, std::move(decide));
}

Task<absl::StatusOr<v1::Unit>> UnitHandlers::GetUnit(rpc::CallContext, v1::GetUnitRequest request) {
  CO_ASSIGN_OR_RETURN(Loaded<v1::UnitRecord> loaded, co_await LoadUnit(request.unit_id()));
  co_return std::move(*loaded.record.mutable_unit());
}

Task<absl::StatusOr<store::Decision<v1::Unit>>> UnitHandlers::DecideUpdate(
    const v1::UpdateUnitRequest& request, Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::UnitRecord> before, co_await LoadUnit(request.unit_id()));
  if (Names(request, "liaison_id")) {
    CO_RETURN_IF_ERROR(co_await CheckLiaison(request.liaison_id()));
  }
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree,
                      co_await env_.areas.TreeWith(before.record.unit().area_code()));
  v1::UnitRecord after = before.record;
  ApplyUnitUpdate(request, stamp.now, after.mutable_unit());
  Changes changes(env_.keys.keys().ShardOfId(request.unit_id()), env_.keys, *tree,
                  std::move(stamp));
  changes.PutUnit(before, after);
  co_return store::Decision<v1::Unit>{changes.Take(), std::move(*after.mutable_unit())};
}

Task<absl::StatusOr<v1::Unit>> UnitHandlers::UpdateUnit(rpc::CallContext context,
                                                        v1::UpdateUnitRequest request) {
  CO_RETURN_IF_ERROR(CheckUnitUpdate(request));
  const std::optional<int> shard = env_.keys.ShardOf(request.unit_id(), "unt");
  if (!shard.has_value()) co_return NotFound("unit", request.unit_id());
  Decide<v1::Unit> decide = [&] { return DecideUpdate(request, StampOf(env_, context)); };
  co_return co_await Mutate<v1::Unit>(env_, context, request, *shard, std::move(decide));
}

Task<absl::StatusOr<v1::ListUnitsResponse>> UnitHandlers::ListUnits(rpc::CallContext context,
                                                                    v1::ListUnitsRequest request) {
  const std::string& area = request.area_code();
  const paging::Query query = paging::QueryOf(env_.vault.ring(), context.method(), request);
  CO_ASSIGN_OR_RETURN(std::string after,
                      paging::Decode(request.page_token(), query, env_.clock.Now()));
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(area));
  std::vector<std::string> indexes;
  for (const std::string& code : tree->IndexedUnder(area)) {
    if (tree->SubdistrictOf(code) != nullptr) {
      indexes.push_back(env_.keys.UnitsAt(tree->ShardOf(code, env_.keys.keys()), code));
      continue;
    }
    for (int i = 0; i < env_.keys.shards(); ++i) indexes.push_back(env_.keys.UnitsAt(i, code));
  }
  const int size = paging::PageSize(request.page_size(), kStandardUnitPage, kLargestUnitPage);
  CO_ASSIGN_OR_RETURN(const IdPage page,
                      co_await ReadPage(env_.store, std::move(indexes), std::move(after), size));
  std::vector<std::string> record_keys;
  for (const std::string& id : page.ids) record_keys.push_back(env_.keys.Unit(id));
  CO_ASSIGN_OR_RETURN(std::vector<Loaded<v1::UnitRecord>> units,
                      co_await LoadMany<v1::UnitRecord>(env_.store, std::move(record_keys)));
  v1::ListUnitsResponse response;
  for (Loaded<v1::UnitRecord>& unit : units) {
    if (!unit.exists() || tree->IsElsewhere(area, unit.record.unit().area_code())) continue;
    *response.add_units() = std::move(*unit.record.mutable_unit());
  }
  if (!page.next.empty()) {
    response.set_next_page_token(paging::Encode(page.next, query, env_.clock.Now()));
  }
  co_return response;
}

}  // namespace baodao::registration
