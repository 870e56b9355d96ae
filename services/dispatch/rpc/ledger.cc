#include <cstdlib>
#include <utility>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {

Answer<v1::Balance> LedgerHandlers::GetBalance(rpc::CallContext, v1::GetBalanceRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::LedgerRecord head, co_await app_.ledgers.Head(request.person_id()));
  v1::Balance balance;
  balance.set_person_id(request.person_id());
  balance.set_minutes(head.minutes());
  balance.set_entries(static_cast<int64_t>(head.last_sequence()));
  co_return balance;
}

Answer<v1::ListLedgerEntriesResponse> LedgerHandlers::ListLedgerEntries(
    rpc::CallContext, v1::ListLedgerEntriesRequest request) {
  const uint64_t query = paging::QueryOf("dispatch.ListLedgerEntries", request);
  const Time now = app_.clock.Now();
  CO_ASSIGN_OR_RETURN(const std::string position, paging::Decode(request.page_token(), query, now));
  const uint64_t after = std::strtoull(position.c_str(), nullptr, 10);
  const int size = paging::PageSize(request.page_size(), 20, 200);
  // One more than shown tells whether there is a next page.
  CO_ASSIGN_OR_RETURN(std::vector<v1::LedgerEntry> entries,
                      co_await app_.ledgers.List(request.person_id(), after, size + 1));
  v1::ListLedgerEntriesResponse response;
  const bool more = entries.size() > static_cast<size_t>(size);
  if (more) entries.pop_back();
  if (more) {
    response.set_next_page_token(
        paging::Encode(std::to_string(entries.back().sequence()), query, now));
  }
  for (v1::LedgerEntry& entry : entries) *response.add_entries() = std::move(entry);
  co_return response;
}

}  // namespace baodao::dispatch
