// Writing: rows, and how far each event stream is in, always together.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "services/records/domain/rows_of.h"
#include "services/records/store/connection.h"

namespace baodao::records {

struct Position {
  StreamName stream;
  StreamId id;         // everything up to here is in, or is a dead letter
  int64_t events = 0;  // passed since the beginning
  // Not 0: events before this time were trimmed before they came here.
  int64_t complete_since_ms = 0;
};

// An event as it is written.
struct Entry {
  StreamId id;
  // A dead letter that is sent again: the position has passed it.
  bool requeued = false;
  Rows rows;
};

// Events of one stream, in its order.
struct Batch {
  StreamName stream;
  std::vector<Entry> entries;
  // The event before the first of them in the stream.
  StreamId previous;
};

// In one transaction, however often it is tried: what the position has passed already is left out,
// and nothing is written where somebody else moves the position meanwhile. Answers how many events
// came in. ABORTED where others were faster again and again, and where `previous` is not in yet:
// the database has gone back (a standby took over, a copy was restored) and must get again what it
// lost.
absl::StatusOr<int64_t> Write(Connection& connection, const Batch& batch);
// Several, all or none, in one transaction.
absl::StatusOr<std::vector<int64_t>> WriteAll(Connection& connection,
                                              const std::vector<const Batch*>& batches);

// The state that their owners have now, as rows of no event (0-0): a row that an event has written
// stays, unless that was before a part of the streams that is missing. In one transaction.
absl::Status Restore(Connection& connection, const std::vector<Rows>& all);

absl::StatusOr<std::vector<Position>> ReadPositions(Connection& connection);

// That these streams have a position, 0-0 to begin with: by name, complete_since_ms. It grows only.
void EnsurePositions(Connection& connection, const std::map<StreamName, int64_t>& complete_since);

// Back to `to`, unless somebody else has moved the position from `from`.
void SetBack(Connection& connection, const StreamName& stream, const StreamId& from,
             const StreamId& to);

// Which database this is: made up once, the same in every copy of it.
absl::StatusOr<std::string> DatabaseId(Connection& connection);

}  // namespace baodao::records
