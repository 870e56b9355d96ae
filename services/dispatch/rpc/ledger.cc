#include <cstdlib>
#include <functional>
#include <utility>

#include "common/ids/ids.h"
#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "services/dispatch/app/caller.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {

Answer<v1::Balance> LedgerHandlers::GetBalance(rpc::CallContext, v1::GetBalanceRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::LedgerRecord head, co_await app_.ledgers.Head(request.person_id()));
  co_return BalanceOf(request.person_id(), head);
}

Answer<v1::Balance> LedgerHandlers::CorrectHours(rpc::CallContext context,
                                                 v1::CorrectHoursRequest request) {
  const auth::Principal& caller = context.caller();
  const std::string& person = request.person_id();
  if (!ids::IsValid(person, "per")) co_return NotFound("person", person);
  if (caller.IsPerson() && caller.person_id == person) co_return Refuse(Reason::OWN_SERVICE);
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord task, co_await app_.tasks.Read(request.task_id()));
  const auto assignment = co_await app_.tasks.ReadAssignment(request.task_id(), person);
  if (Is(assignment.status(), Reason::NOT_ASSIGNED)) co_return Refuse(Reason::HOURS_NOT_CREDITED);
  CO_RETURN_IF_ERROR(assignment.status());
  const int32_t most = ServedMinutes(task.task(), StartOf(task.task()), EndOf(task.task()));
  if (request.minutes() > most) {
    co_return RefuseField("minutes", ViolationKind::ABOVE_MAX, {{"max", std::to_string(most)}});
  }
  Correction correction;
  correction.credit.person_id = person;
  correction.credit.task_id = request.task_id();
  correction.credit.task_title = task.task().title();
  correction.credit.minutes = request.minutes();
  correction.credit.confirmation = v1::CONFIRMATION_CORRECTION;
  correction.credit.confirmer_id = ActorOf(caller);
  correction.credit.unit_id = assignment->assignment().unit_id();
  correction.credit.unit_post = !assignment->assignment().claim_unit_id().empty();
  correction.credit.reason = request.reason();
  correction.actor = ActorOf(caller);
  correction.trace_id = std::string(context.trace_id());
  const int shard = app_.keys.ShardOf(person);
  std::function<Task<absl::StatusOr<store::Decision<v1::Balance>>>()> decide = [&] {
    return app_.ledgers.Correct(correction);
  };
  co_return co_await store::Mutate<v1::Balance>(
      app_.store, store::MakeRequestKey(caller.Caller(), context.method(), request),
      CallerShard(app_, caller, shard), shard, std::move(decide));
}

Answer<v1::ListLedgerEntriesResponse> LedgerHandlers::ListLedgerEntries(
    rpc::CallContext context, v1::ListLedgerEntriesRequest request) {
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app_.ring, context, request, app_.clock.Now(), 20, 200));
  const uint64_t after = std::strtoull(asked.after.c_str(), nullptr, 10);
  // One more than shown tells whether there is a next page.
  CO_ASSIGN_OR_RETURN(std::vector<v1::LedgerEntry> entries,
                      co_await app_.ledgers.List(request.person_id(), after, asked.size + 1));
  v1::ListLedgerEntriesResponse response;
  const bool more = entries.size() > static_cast<size_t>(asked.size);
  if (more) entries.pop_back();
  if (more) {
    response.set_next_page_token(asked.TokenFor(std::to_string(entries.back().sequence())));
  }
  for (v1::LedgerEntry& entry : entries) *response.add_entries() = std::move(entry);
  co_return response;
}

}  // namespace baodao::dispatch
