// Records of other services that are over, and entries of ledgers as their owner kept them.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/records/domain/rows.h"
#include "services/records/store/connection.h"

namespace baodao::records {

struct RetiredRow {
  std::string record_id;
  std::string owner_id;
  int64_t version = 0;
  std::string body;  // base64
  int64_t retire_ms = 0;
};

// Unless it is kept already in this version or a newer one. Answers what is kept now; with a time
// of 0 where its owner's account was deleted, of whom nothing is kept. CONFLICT_RETRY where it is
// deleted at the same moment.
absl::StatusOr<RetiredRow> KeepRetired(Connection& connection, const RetiredRow& row);

absl::StatusOr<std::optional<RetiredRow>> FindRetired(Connection& connection,
                                                      const std::string& record_id);

struct LedgerQuery {
  std::string person_id;
  int64_t after_sequence = 0;
  std::string task_id;  // empty: of all
  int64_t limit = 0;
};

// By sequence. Without titles and units.
absl::StatusOr<std::vector<LedgerRow>> ReadLedger(Connection& connection, const LedgerQuery& query);

}  // namespace baodao::records
