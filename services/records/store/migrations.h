// The schema, brought up to what this program knows: numbered files, each applied once, in a
// transaction of its own, never undone.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "services/records/store/connection.h"

namespace baodao::records {

struct Migration {
  std::string_view name;  // "0001_history.sql"; the number is its place among them, from 1
  std::string_view text;
};

// Those of store/migrations/, in order.
const std::vector<Migration>& Migrations();

// The statements of a migration. The same text is meant for both databases, apart from statements
// below a line "-- sqlite:" or "-- postgres:", each of which is for the one that it names.
std::vector<std::string> StatementsOf(std::string_view text, Dialect dialect);

// Applies what is missing, also while another process does the same. FAILED_PRECONDITION where the
// database is newer than `migrations`. Answers the number of the schema.
absl::StatusOr<int64_t> Migrate(Connection& connection, const std::vector<Migration>& migrations,
                                Time now);

}  // namespace baodao::records
