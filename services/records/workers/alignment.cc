#include "services/records/workers/alignment.h"

#include <utility>

#include "common/events/rewind.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/records/store/claim.h"

namespace baodao::records {
namespace {

constexpr Millis kAlignEvery{2'000};

using Positions = std::vector<Position>;

}  // namespace

Task<absl::Status> Alignment::Claim() {
  if (database_id_.empty()) {
    Database::Work<std::string> read = DatabaseId;
    CO_ASSIGN_OR_RETURN(database_id_, co_await database_.Write(std::move(read)));
  }
  co_return co_await ClaimDatabase(redis_, database_id_);
}

// Running replicas move all three forward meanwhile: what is read first is behind what is read
// later, unless something was lost.
Task<absl::Status> Alignment::Align() {
  CO_RETURN_IF_ERROR(co_await Claim());
  CO_ASSIGN_OR_RETURN(StreamIds cursors, co_await ReadCursors(redis_, streams_));
  Database::Work<Positions> read = ReadPositions;
  CO_ASSIGN_OR_RETURN(const Positions positions, co_await database_.Watch(std::move(read)));
  CO_ASSIGN_OR_RETURN(const StreamIds ends, co_await ReadEnds(redis_, streams_));
  std::map<StreamName, const Position*> reached;
  for (const Position& position : positions) reached[position.stream] = &position;
  std::map<StreamName, int64_t> complete_since;
  for (const auto& [stream, end] : ends) {
    const Position* const position = reached[stream];
    StreamId at = position == nullptr ? StreamId{} : position->id;
    if (end < at) {
      CO_RETURN_IF_ERROR(co_await CutBack(stream, at, end));
      at = end;
    }
    const StreamId cursor = cursors[stream];
    if (at < cursor) CO_RETURN_IF_ERROR(co_await Rewind(stream, cursor, at));
    // The trimmer waits for a cursor: behind one that is not ahead nothing can be missing.
    const bool sure = at == end || (cursor <= at && cursor != StreamId{});
    if (position != nullptr && sure) continue;
    CO_ASSIGN_OR_RETURN(const int64_t since, co_await CompleteSince(stream, at));
    if (position == nullptr || since > position->complete_since_ms) complete_since[stream] = since;
  }
  if (complete_since.empty()) co_return absl::OkStatus();
  Database::Work<bool> ensure = [complete_since](Connection& connection) {
    EnsurePositions(connection, complete_since);
    return true;
  };
  co_return (co_await database_.Write(std::move(ensure))).status();
}

Task<absl::Status> Alignment::CutBack(StreamName stream, StreamId at, StreamId end) {
  log::Error("records.stream_cut", {{"service", stream.service},
                                    {"shard", stream.shard},
                                    {"position", at.Text()},
                                    {"end", end.Text()}});
  metrics_.positions_reset->Increment();
  Database::Work<bool> set_back = [stream, at, end](Connection& connection) {
    SetBack(connection, stream, at, end);
    return true;
  };
  co_return (co_await database_.Write(std::move(set_back))).status();
}

Task<absl::Status> Alignment::Rewind(StreamName stream, StreamId cursor, StreamId at) {
  log::Warn("records.rewound", {{"service", stream.service},
                                {"shard", stream.shard},
                                {"cursor", cursor.Text()},
                                {"position", at.Text()}});
  co_return co_await events::Rewind(redis_, streams_.group, stream.service,
                                    static_cast<int>(stream.shard), at.Text());
}

// 0: nothing is missing.
Task<absl::StatusOr<int64_t>> Alignment::CompleteSince(StreamName stream, StreamId at) {
  CO_ASSIGN_OR_RETURN(const std::string from,
                      co_await events::CompleteFrom(redis_, stream.service,
                                                    static_cast<int>(stream.shard), at.Text()));
  const int64_t since = StreamId::Parse(from).ms;
  if (since > 0) {
    log::Error("records.events_missing", {{"service", stream.service},
                                          {"shard", stream.shard},
                                          {"position", at.Text()},
                                          {"complete_from", from}});
  }
  co_return since;
}

Task<void> Alignment::Run() {
  for (;;) {
    co_await clock_.SleepFor(kAlignEvery);
    const absl::Status aligned = co_await Align();
    if (aligned.ok()) continue;
    log::Warn("records.not_aligned", {{"status", aligned}});
    if (absl::IsFailedPrecondition(aligned)) co_return;
  }
}

}  // namespace baodao::records
