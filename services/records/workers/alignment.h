// Positions in the archive, the group's cursors and the ends of the streams, brought into line.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/redis/client.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"
#include "services/records/store/streams.h"

namespace baodao::records {

// Loop thread only.
class Alignment {
 public:
  // All outlive it.
  Alignment(Database& database, redis::Client& redis, Clock& clock, RecordsMetrics& metrics,
            Streams streams)
      : database_(database),
        redis_(redis),
        clock_(clock),
        metrics_(metrics),
        streams_(std::move(streams)) {}

  // The position in the database is the truth. A cursor ahead of it is set back: the database was
  // restored, is another one, or a standby without the latest took over. A position ahead of the
  // end of its stream is set back to there: Redis lost its tail. Streams that no longer hold what
  // comes next are noted. At any time, also beside replicas that run. FAILED_PRECONDITION as
  // ClaimDatabase.
  Task<absl::Status> Align();
  // Again and again; ends only where another database is written.
  Task<void> Run();

 private:
  Task<absl::Status> Claim();
  Task<absl::Status> CutBack(StreamName stream, StreamId at, StreamId end);
  Task<absl::Status> Rewind(StreamName stream, StreamId cursor, StreamId at);
  Task<absl::StatusOr<int64_t>> CompleteSince(StreamName stream, StreamId at);

  Database& database_;
  redis::Client& redis_;
  Clock& clock_;
  RecordsMetrics& metrics_;
  Streams streams_;
  std::string database_id_;  // when known
};

}  // namespace baodao::records
