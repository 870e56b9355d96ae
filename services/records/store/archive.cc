#include "services/records/store/archive.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

#include "common/crypto/random.h"
#include "common/status/macros.h"
#include "services/records/store/positions.h"
#include "services/records/store/upserts.h"

namespace baodao::records {
namespace {

constexpr int kTries = 5;

// Moves the position and adds what is to be written. How many events come in; nothing where
// somebody else moved the position.
absl::StatusOr<std::optional<int64_t>> TakeIn(Connection& connection, const Batch& batch,
                                              NewestRows* rows) {
  const StreamId position = connection.positions().Read(batch.stream);
  if (position < batch.previous) {
    return absl::AbortedError("the database lacks what was written to it before");
  }
  StreamId last = position;
  int64_t fresh = 0;
  for (const Entry& entry : batch.entries) {
    if (!entry.requeued) {
      if (entry.id <= position) continue;
      last = std::max(last, entry.id);
      ++fresh;
    }
    rows->Add(entry.rows);
  }
  if (last != position && !connection.positions().Move(batch.stream, position, last, fresh)) {
    return std::nullopt;
  }
  return fresh;
}

// A count for each batch; none where somebody else moved a position.
absl::StatusOr<std::vector<int64_t>> TryWrite(Connection& connection,
                                              const std::vector<const Batch*>& batches) {
  std::vector<int64_t> all;
  NewestRows rows;
  for (const Batch* batch : batches) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> fresh, TakeIn(connection, *batch, &rows));
    if (!fresh) return std::vector<int64_t>();
    all.push_back(*fresh);
  }
  connection.upserts().Write(rows);
  return all;
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> WriteAll(Connection& connection,
                                              const std::vector<const Batch*>& batches) {
  for (int i = 0; i < kTries; ++i) {
    connection.Begin();
    absl::StatusOr<std::vector<int64_t>> fresh = TryWrite(connection, batches);
    if (fresh.ok() && !fresh->empty()) {
      connection.Commit();
      return fresh;
    }
    connection.Rollback();
    RETURN_IF_ERROR(fresh.status());
  }
  return absl::AbortedError("others write the same stream");
}

absl::StatusOr<int64_t> Write(Connection& connection, const Batch& batch) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> fresh, WriteAll(connection, {&batch}));
  return fresh.front();
}

absl::Status Restore(Connection& connection, const std::vector<Rows>& all) {
  connection.Begin();
  int64_t lost_before = 0;
  connection.sql() << "SELECT COALESCE(MAX(complete_since_ms), 0) FROM positions",
      soci::into(lost_before);
  // Rows of no event are replaced as well.
  lost_before = std::max<int64_t>(lost_before, 1);
  NewestRows newest;
  for (const Rows& rows : all) newest.Add(rows);
  connection.upserts().Restore(newest, lost_before);
  connection.Commit();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Position>> ReadPositions(Connection& connection) {
  std::vector<Position> positions;
  Position position;
  std::string id;
  soci::statement select =
      (connection.sql().prepare << "SELECT service, shard, stream_id, events, "
                                   "complete_since_ms FROM positions ORDER BY service, shard",
       soci::into(position.stream.service), soci::into(position.stream.shard), soci::into(id),
       soci::into(position.events), soci::into(position.complete_since_ms));
  select.execute();
  while (select.fetch()) {
    position.id = StreamId::Parse(id);
    positions.push_back(position);
  }
  return positions;
}

void EnsurePositions(Connection& connection, const std::map<StreamName, int64_t>& complete_since) {
  connection.Begin();
  for (const auto& [stream, ms] : complete_since) {
    connection.sql() << "INSERT INTO positions (service, shard, stream_id, complete_since_ms) "
                        "VALUES (:service, :shard, '0-0', :ms) ON CONFLICT (service, shard) DO "
                        "UPDATE SET complete_since_ms = excluded.complete_since_ms WHERE "
                        "positions.complete_since_ms < excluded.complete_since_ms",
        soci::use(stream.service, "service"), soci::use(stream.shard, "shard"), soci::use(ms, "ms");
  }
  connection.Commit();
}

void SetBack(Connection& connection, const StreamName& stream, const StreamId& from,
             const StreamId& to) {
  connection.positions().Move(stream, from, to, 0);
}

absl::StatusOr<std::string> DatabaseId(Connection& connection) {
  std::string id = absl::StrCat(absl::Hex(crypto::RandomBits(), absl::kZeroPad16));
  connection.sql() << "INSERT INTO identity (one, id) VALUES (1, :id) ON CONFLICT (one) DO NOTHING",
      soci::use(id, "id");
  connection.sql() << "SELECT id FROM identity", soci::into(id);
  return id;
}

}  // namespace baodao::records
