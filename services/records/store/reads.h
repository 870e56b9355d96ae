// The questions that people ask of the archive.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "services/records/domain/period.h"
#include "services/records/domain/rows.h"
#include "services/records/domain/statement.h"
#include "services/records/store/connection.h"

namespace baodao::records {

// The codes of the areas a person was on a task in, has reported to or raised a need in, each once.
absl::StatusOr<std::vector<std::string>> AreasOf(Connection& connection,
                                                 const std::string& person_id);

// Where a page begins: behind this.
struct PagePosition {
  int64_t ms = 0;
  std::string id;  // of a task or need, or the number of an entry
  std::string person_id;
};

struct HistoryQuery {
  std::string person_id;                          // empty: anybody of the unit
  std::string unit_id;                            // empty: of any unit, or none
  std::optional<Period> period;                   // of the start of the task
  std::vector<int> states;                        // empty: any
  std::vector<std::string> categories;            // empty: any
  std::optional<std::vector<std::string>> areas;  // none: anywhere
  std::optional<PagePosition> after;
  int size = 20;
};

// An assignment with what its task and the ledger say.
struct HistoryFact {
  AssignmentRow assignment;
  std::string title;
  std::string category;
  int64_t end_ms = 0;
  int64_t rating = 0;
  int64_t minutes = 0;
};

struct HistoryPage {
  std::vector<HistoryFact> facts;  // by the start of their tasks, the latest first
  bool more = false;
  int64_t total = 0;  // on all pages
};

absl::StatusOr<HistoryPage> ReadHistory(Connection& connection, const HistoryQuery& query);

struct NeedHistoryQuery {
  std::string person_id;
  std::optional<Period> period;                   // of the raising of the need
  std::vector<int> states;                        // empty: any
  std::vector<std::string> categories;            // empty: any
  std::optional<std::vector<std::string>> areas;  // none: anywhere
  std::optional<PagePosition> after;
  int size = 20;
};

// A need with what its task says.
struct NeedHistoryFact {
  NeedRow need;
  int64_t rating = 0;
};

struct NeedHistoryPage {
  std::vector<NeedHistoryFact> facts;  // the newest first
  bool more = false;
  int64_t total = 0;  // on all pages
};

absl::StatusOr<NeedHistoryPage> ReadHistory(Connection& connection, const NeedHistoryQuery& query);

struct StatementQuery {
  std::string person_id;
  Period period;
  std::vector<std::string> categories;            // empty: any
  std::optional<std::vector<std::string>> areas;  // none: anywhere
  std::optional<PagePosition> after;              // id: the sequence of the entry
  int size = 20;
};

// An entry with what its task says.
struct StatementFact {
  LedgerRow entry;
  // 1: confirmed after the fact, a correction, or the reversal of one of these.
  int64_t manual = 0;
  std::string category;
  std::string area_code;
  int64_t service_ms = 0;
};

struct StatementPage {
  std::vector<HoursGroup> groups;    // of the whole period
  std::vector<StatementFact> facts;  // by service_ms and sequence, ascending
  bool more = false;
};

absl::StatusOr<StatementPage> ReadStatement(Connection& connection, const StatementQuery& query);

}  // namespace baodao::records
