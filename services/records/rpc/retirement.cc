#include "services/records/rpc/retirement.h"

#include <absl/strings/escaping.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/records/app/ask.h"
#include "services/records/store/retired.h"

namespace baodao::records {
namespace {

RetiredRow RowOf(const v1::RetireRecordRequest& request, Time now) {
  const v1::RetiredRecord& record = request.record();
  RetiredRow row;
  row.owner_id = request.owner_id();
  row.record_id = record.record_id();
  row.version = record.version();
  row.body = absl::Base64Escape(record.bytes());
  row.retire_ms = now.time_since_epoch().count();
  return row;
}

dispatch::v1::LedgerEntry EntryOf(const LedgerRow& row) {
  dispatch::v1::LedgerEntry entry;
  entry.set_person_id(row.person_id);
  entry.set_sequence(static_cast<uint64_t>(row.sequence));
  entry.set_task_id(row.task_id);
  entry.set_minutes(row.minutes);
  entry.set_reverses(static_cast<uint64_t>(row.reverses));
  *entry.mutable_time() = ToTimestamp(Time(Millis(row.time_ms)));
  entry.set_confirmation(static_cast<dispatch::v1::Confirmation>(row.confirmation));
  entry.set_reason(row.reason);
  entry.set_confirmer_id(row.confirmer_id);
  // Something else than base64 is shown as it is: a hash that does not fit.
  if (!absl::Base64Unescape(row.hash, entry.mutable_hash())) entry.set_hash(row.hash);
  return entry;
}

}  // namespace

void RetirementHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.records.v1.RetirementService/";
  router->Unary(service + "RetireRecord", this, &RetirementHandlers::RetireRecord);
  router->Unary(service + "GetRetiredRecord", this, &RetirementHandlers::GetRetiredRecord);
  router->Unary(service + "GetLedgerEntries", this, &RetirementHandlers::GetLedgerEntries);
}

Task<absl::StatusOr<v1::RetireRecordResponse>> RetirementHandlers::RetireRecord(
    rpc::CallContext, v1::RetireRecordRequest request) {
  const RetiredRow row = RowOf(request, clock_.Now());
  Database::Work<RetiredRow> keep = [row](Connection& connection) {
    return KeepRetired(connection, row);
  };
  CO_ASSIGN_OR_RETURN(const RetiredRow kept, co_await database_.Write(std::move(keep)));
  if (kept.version != row.version || kept.body != row.body) {
    log::Error(
        "records.retired_differs",
        {{"record", row.record_id}, {"version", row.version}, {"kept_version", kept.version}});
    co_return Refuse(Reason::STALE_VERSION);
  }
  if (kept.retire_ms == row.retire_ms) metrics_.retired->Increment();
  v1::RetireRecordResponse response;
  *response.mutable_retire_time() = ToTimestamp(Time(Millis(kept.retire_ms)));
  co_return response;
}

Task<absl::StatusOr<v1::RetiredRecord>> RetirementHandlers::GetRetiredRecord(
    rpc::CallContext, v1::GetRetiredRecordRequest request) {
  Database::Work<std::optional<RetiredRow>> find =
      [id = request.record_id()](Connection& connection) { return FindRetired(connection, id); };
  CO_ASSIGN_OR_RETURN(const std::optional<RetiredRow> row,
                      co_await Ask(database_, metrics_, metrics_.retired_seconds, std::move(find)));
  if (!row) co_return NotFound("record", request.record_id());
  v1::RetiredRecord record;
  record.set_record_id(row->record_id);
  record.set_version(row->version);
  if (!absl::Base64Unescape(row->body, record.mutable_bytes())) {
    co_return absl::DataLossError("a retired record is damaged");
  }
  co_return record;
}

Task<absl::StatusOr<v1::GetLedgerEntriesResponse>> RetirementHandlers::GetLedgerEntries(
    rpc::CallContext, v1::GetLedgerEntriesRequest request) {
  LedgerQuery query{request.person_id(), request.after_sequence(), request.task_id(),
                    request.limit()};
  Database::Work<std::vector<LedgerRow>> read = [query = std::move(query)](Connection& connection) {
    return ReadLedger(connection, query);
  };
  CO_ASSIGN_OR_RETURN(const std::vector<LedgerRow> rows,
                      co_await Ask(database_, metrics_, metrics_.ledger_seconds, std::move(read)));
  v1::GetLedgerEntriesResponse response;
  for (const LedgerRow& row : rows) *response.add_entries() = EntryOf(row);
  co_return response;
}

}  // namespace baodao::records
