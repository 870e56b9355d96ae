// Claims as units, and coordinators, see them.
#include <algorithm>
#include <utility>
#include <vector>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/unit_claim.h"
#include "services/dispatch/rpc/shown.h"
#include "services/dispatch/rpc/unit_claim_handlers.h"
#include "services/dispatch/store/task_list.h"

namespace baodao::dispatch {
namespace {

// A page of so many people costs a call more: its record takes as much room as theirs would.
constexpr double kNamesPerCall = 4;

// On the task, or expected there in vain.
bool IsNamed(const v1::Assignment& assignment, const std::string& unit_id) {
  return assignment.claim_unit_id() == unit_id &&
         (TakesSlot(assignment.state()) || assignment.state() == v1::ASSIGNMENT_STATE_NO_SHOW);
}

// A unit does not see what a person asks of the task, and of which colleague.
void HideAsked(v1::Assignment* assignment) {
  assignment->clear_reason();
  assignment->clear_successor_id();
  assignment->clear_replaces_id();
}

std::vector<std::string> NamedPeople(const Loaded& loaded, const std::string& unit_id) {
  std::vector<std::string> people;
  for (const auto& [person, record] : loaded.people) {
    if (IsNamed(record.assignment(), unit_id)) people.push_back(person);
  }
  std::ranges::sort(people);
  people.resize(std::min<size_t>(people.size(), kMaxReleased));
  return people;
}

}  // namespace

Task<absl::StatusOr<v1::GetUnitClaimResponse>> UnitClaimHandlers::GetUnitClaim(
    rpc::CallContext context, v1::GetUnitClaimRequest request) {
  const auto concerned = co_await CheckConcerned(context, request.task_id(), request.unit_id());
  if (!concerned.ok()) co_return concerned.status();
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app_.tasks.ReadWithPeople(request.task_id()));
  const v1::UnitClaim* const claim = FindClaim(loaded->record, request.unit_id());
  if (claim == nullptr) co_return Refuse(Reason::NO_UNIT_CLAIM);
  v1::GetUnitClaimResponse response;
  *response.mutable_claim() = *claim;
  const std::vector<std::string> people = NamedPeople(*loaded, request.unit_id());
  if (people.empty()) co_return response;
  context.Charge(static_cast<double>(people.size()) / kNamesPerCall);
  CO_ASSIGN_OR_RETURN(auto identities,
                      co_await app_.identities->List(rpc::CallOptions::From(context), people));
  // While registration was asked one may have left.
  CO_ASSIGN_OR_RETURN(const auto now, co_await app_.tasks.ReadWithThese(request.task_id(), people));
  std::vector<std::string> released;
  for (registration::v1::Identity& identity : identities) {
    const auto person = now->people.find(identity.person_id());
    if (person == now->people.end()) continue;
    if (!IsNamed(person->second.assignment(), request.unit_id())) continue;
    released.push_back(identity.person_id());
    v1::NamedMember& member = *response.add_members();
    *member.mutable_assignment() =
        Shown(app_, context, now->record.task(), person->second.assignment());
    if (!*concerned) HideAsked(member.mutable_assignment());
    member.set_display_name(std::move(*identity.mutable_display_name()));
  }
  if (released.empty()) co_return response;
  CO_RETURN_IF_ERROR(co_await RecordRelease(app_, context, request.task_id(), std::move(released)));
  co_return response;
}

Task<absl::StatusOr<v1::ListUnitClaimsResponse>> UnitClaimHandlers::ListUnitClaims(
    rpc::CallContext context, v1::ListUnitClaimsRequest request) {
  const auto unit = co_await UnitOfCaller(context, request.unit_id());
  if (!unit.ok()) co_return unit.status();
  record::PageQuery query;
  for (int shard = 0; shard < app_.store.shards(); ++shard) {
    query.lists.push_back(app_.keys.UnitClaims(shard, request.unit_id()));
  }
  const auto show = [&](v1::ListUnitClaimsResponse* response,
                        record::Versioned<v1::TaskRecord>&& found) -> absl::Status {
    const v1::UnitClaim* const claim = FindClaim(found.record, request.unit_id());
    v1::ListUnitClaimsResponse::Item& item = *response->add_items();
    *item.mutable_claim() = *claim;
    *item.mutable_task() = std::move(*found.record.mutable_task());
    ToView(app_, context, item.mutable_task());
    return absl::OkStatus();
  };
  // It may have made way for another since the list was read.
  const auto fits = [&](const v1::TaskRecord& record) {
    return FindClaim(record, request.unit_id()) != nullptr;
  };
  co_return co_await app_.records.List<v1::ListUnitClaimsResponse>(context, kTask, request,
                                                                   std::move(query), show, fits);
}

}  // namespace baodao::dispatch
