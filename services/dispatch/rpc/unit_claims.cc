// Claiming slots for a unit, naming members for them, giving them back.
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"
#include "services/dispatch/domain/unit_claim.h"
#include "services/dispatch/rpc/unit_claim_handlers.h"

namespace baodao::dispatch {
namespace {

std::function<std::string(const Aggregate&)> AnswerClaim(std::string unit_id) {
  return [unit_id = std::move(unit_id)](const Aggregate& aggregate) {
    return FindClaim(aggregate.record(), unit_id)->SerializeAsString();
  };
}

}  // namespace

Task<absl::StatusOr<registration::v1::Unit>> UnitClaimHandlers::UnitOfCaller(
    rpc::CallContext context, std::string unit_id) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_ASSIGN_OR_RETURN(
      registration::v1::Unit unit,
      co_await app_.identities->Unit(rpc::CallOptions::From(context), std::move(unit_id)));
  if (units::IsLiaison(unit, context.caller().person_id)) co_return unit;
  co_return Refuse(Reason::NOT_THE_LIAISON);
}

Task<absl::StatusOr<bool>> UnitClaimHandlers::CheckConcerned(rpc::CallContext context,
                                                             std::string task_id,
                                                             std::string unit_id) {
  CO_ASSIGN_OR_RETURN(const auto known, co_await app_.tasks.Peek(std::move(task_id), {}));
  const std::string& area = known->record.task().area_code();
  if (context.caller().Coordinates(area, app_.relations.covers)) co_return true;
  const auto unit = co_await UnitOfCaller(std::move(context), std::move(unit_id));
  if (!unit.ok()) co_return unit.status();
  co_return false;
}

Task<absl::StatusOr<v1::UnitClaim>> UnitClaimHandlers::ClaimUnitSlots(
    rpc::CallContext context, v1::ClaimUnitSlotsRequest request) {
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await UnitOfCaller(context, request.unit_id()));
  ClaimCommand command;
  command.unit = &unit;
  command.relations = &app_.relations;
  command.liaison_id = context.caller().person_id;
  command.slots = request.slots();
  if (request.has_name_by()) command.name_by = ToTime(request.name_by());
  TaskCall call;
  call.answer = AnswerClaim(request.unit_id());
  call.decide = [&command](Aggregate& aggregate, Time now) {
    return DecideClaimSlots(aggregate, command, now);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::UnitClaim>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Task<absl::StatusOr<v1::Assignment>> UnitClaimHandlers::NameUnitMember(
    rpc::CallContext context, v1::NameUnitMemberRequest request) {
  const auto unit = co_await UnitOfCaller(context, request.unit_id());
  if (!unit.ok()) co_return unit.status();
  const rpc::CallOptions peers = rpc::CallOptions::From(context);
  CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                      co_await app_.profiles.Get(peers, request.person_id()));
  // They may have reported through the unit a moment ago.
  if (profile->unit_id() != request.unit_id()) {
    co_await app_.profiles.Newest(peers, request.person_id());
  }
  TakeOrder order;
  order.kind = TakeKind::kName;
  order.mutation = MutationOf(app_, context, request.task_id(), request);
  order.peers = peers;
  order.task_id = std::move(*request.mutable_task_id());
  order.unit_id = std::move(*request.mutable_unit_id());
  order.person_id = std::move(*request.mutable_person_id());
  co_return co_await taker_.Take(std::move(order));
}

Task<absl::StatusOr<v1::UnitClaim>> UnitClaimHandlers::WithdrawUnitClaim(
    rpc::CallContext context, v1::WithdrawUnitClaimRequest request) {
  CO_ASSIGN_OR_RETURN(const bool by_coordinator,
                      co_await CheckConcerned(context, request.task_id(), request.unit_id()));
  TaskCall call;
  call.everybody = true;
  call.answer = AnswerClaim(request.unit_id());
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideWithdrawClaim(aggregate, request.unit_id(), request.slots(), by_coordinator,
                               request.reason(), now);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::UnitClaim>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

void UnitClaimHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.dispatch.v1.UnitClaimService/";
  router.Unary(service + "ClaimUnitSlots", this, &UnitClaimHandlers::ClaimUnitSlots);
  router.Unary(service + "NameUnitMember", this, &UnitClaimHandlers::NameUnitMember);
  router.Unary(service + "WithdrawUnitClaim", this, &UnitClaimHandlers::WithdrawUnitClaim);
  router.Unary(service + "GetUnitClaim", this, &UnitClaimHandlers::GetUnitClaim);
  router.Unary(service + "ListUnitClaims", this, &UnitClaimHandlers::ListUnitClaims);
}

}  // namespace baodao::dispatch
