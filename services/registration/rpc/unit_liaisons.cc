// UnitLiaisonService.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "baodao/registration/v1/unit_liaison.pb.h"
#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"
#include "services/registration/app/unit_people.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using UnitAnswer = Task<absl::StatusOr<v1::Unit>>;

// Those whom the caller reported through, each once.
Task<absl::StatusOr<std::vector<v1::Unit>>> ReportedThrough(App& app, std::string person_id) {
  CO_ASSIGN_OR_RETURN(const auto person, co_await app.records.Find(kPerson, std::move(person_id)));
  std::vector<std::string> ids;
  for (const v1::ThroughUnit& through : person.record.through_units()) {
    if (std::ranges::count(ids, through.unit_id()) == 0) ids.push_back(through.unit_id());
  }
  CO_ASSIGN_OR_RETURN(auto found, co_await app.records.LoadMany(kUnit, std::move(ids)));
  std::vector<v1::Unit> units;
  for (auto& unit : found) {
    kUnit.SetEtag(unit.version, &unit.record);
    units.push_back(std::move(*unit.record.mutable_unit()));
  }
  co_return units;
}

Task<absl::StatusOr<v1::ListMyUnitsResponse>> ListMyUnits(App& app, rpc::CallContext context,
                                                          v1::ListMyUnitsRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string& caller = context.caller().person_id;
  const bool first = request.page_token().empty();
  record::PageQuery query = app.records.Of(kUnit, caller);
  CO_ASSIGN_OR_RETURN(v1::ListMyUnitsResponse response,
                      co_await app.records.List(context, kUnit, request, std::move(query),
                                                &v1::ListMyUnitsResponse::add_units));
  if (!first) co_return response;
  CO_ASSIGN_OR_RETURN(std::vector<v1::Unit> units, co_await ReportedThrough(app, caller));
  for (v1::Unit& unit : units) *response.add_reported_through() = std::move(unit);
  co_return response;
}

// The caller's word about somebody, with the weight it has.
LiaisonWord WordOf(const App& app, const rpc::CallContext& context, const v1::UnitRecord& record,
                   const std::string& person_id) {
  const v1::Unit& unit = record.unit();
  const auth::Principal& caller = context.caller();
  LiaisonWord word;
  word.person_id = person_id;
  word.caller_id = caller.person_id;
  word.has_reported = record.has_reported();
  const bool coordinates =
      caller.IsService() ||
      caller.Coordinates(unit.area_code(), areas::CoversIn(app.records.tree()));
  word.by_coordinator =
      coordinates && !caller.Is(person_id) && !units::IsLiaison(unit, caller.person_id);
  return word;
}

using LiaisonRule = std::function<absl::Status(const LiaisonWord&, Time now, v1::Unit* unit)>;

enum class Existence { kAnyId, kKnownPerson };

// `change` decides on the unit; what has become of its liaisons is told. Somebody who must be there
// is looked for as it is decided: one whose account is deleted in that very moment leaves the unit
// when the remains of that are erased.
template <class Request>
UnitAnswer ChangeLiaisons(App& app, rpc::CallContext context, const Request& request,
                          Existence existence, const LiaisonRule& change) {
  std::string comment;
  if constexpr (requires { request.comment(); }) comment = request.comment();
  const auto update = [&](record::Transaction& transaction,
                          v1::UnitRecord* record) -> Task<absl::Status> {
    if (existence == Existence::kKnownPerson) {
      CO_RETURN_IF_ERROR(co_await CheckPersonKnown(app, "person_id", request.person_id()));
    }
    const v1::Unit before = record->unit();
    const LiaisonWord word = WordOf(app, context, *record, request.person_id());
    CO_RETURN_IF_ERROR(change(word, transaction.now(), record->mutable_unit()));
    *record->mutable_unit()->mutable_update_time() = ToTimestamp(transaction.now());
    TellOfLiaisons(before, record->unit(), comment, transaction);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kUnit, request.unit_id(), update);
}

UnitAnswer AddLiaison(App& app, rpc::CallContext context, v1::LiaisonRequest request) {
  const LiaisonRule add = [](const LiaisonWord& word, Time now, v1::Unit* unit) {
    // A coordinator who would speak for it themself.
    if (!word.by_coordinator && !units::IsLiaison(*unit, word.caller_id)) {
      return Refuse(Reason::OWN_LIAISON_CHANGE);
    }
    return ProposeLiaison(word, now, unit);
  };
  co_return co_await ChangeLiaisons(app, context, request, Existence::kKnownPerson, add);
}

UnitAnswer RemoveLiaison(App& app, rpc::CallContext context, v1::LiaisonRequest request) {
  const LiaisonRule remove = &ProposeRemoval;
  co_return co_await ChangeLiaisons(app, context, request, Existence::kAnyId, remove);
}

UnitAnswer AnswerLiaisonChange(App& app, rpc::CallContext context,
                               v1::AnswerLiaisonChangeRequest request) {
  const bool approved = request.verdict() == v1::LIAISON_VERDICT_APPROVE;
  if (!approved && request.comment().empty()) {
    co_return RefuseField("comment", ViolationKind::REQUIRED);
  }
  const LiaisonRule answer = [approved](const LiaisonWord& word, Time, v1::Unit* unit) {
    return DecideLiaisonChange(word, approved, unit);
  };
  // They may have gone since they were proposed.
  const Existence existence = approved ? Existence::kKnownPerson : Existence::kAnyId;
  co_return co_await ChangeLiaisons(app, context, request, existence, answer);
}

}  // namespace

void RegisterUnitLiaisons(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.UnitLiaisonService/";
  router.Unary(service + "ListMyUnits", app, &ListMyUnits);
  router.Unary(service + "AddLiaison", app, &AddLiaison);
  router.Unary(service + "RemoveLiaison", app, &RemoveLiaison);
  router.Unary(service + "AnswerLiaisonChange", app, &AnswerLiaisonChange);
}

}  // namespace baodao::registration
