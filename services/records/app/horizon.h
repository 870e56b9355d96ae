// Up to when everything that happened is in the archive.
#pragma once

#include <absl/status/status.h>

#include <utility>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/redis/client.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"
#include "services/records/store/streams.h"

namespace baodao::records {

// Compares the positions in the archive with the ends of the streams, again and again. Loop thread
// only.
class Horizon {
 public:
  // All outlive it.
  Horizon(Database& database, redis::Client& redis, Clock& clock, RecordsMetrics& metrics,
          Streams streams)
      : database_(database),
        redis_(redis),
        clock_(clock),
        metrics_(metrics),
        streams_(std::move(streams)) {}

  // Looks once. It stays where it is when that fails.
  Task<absl::Status> Look();
  // Looks for ever; cancel it.
  Task<void> Run();
  // Tells how far behind it is for ever, also while the database does not answer; cancel it.
  Task<void> Measure();

  // The time up to which every answer read from now on is complete. Never goes back. A stream that
  // was read to its end counts as now; any other up to the last of its events that is in. Dead
  // letters count as in.
  Time as_of() const { return as_of_; }
  // Events before it were lost to the archive; the epoch where none were.
  Time complete_since() const { return complete_since_; }

 private:
  Database& database_;
  redis::Client& redis_;
  Clock& clock_;
  RecordsMetrics& metrics_;
  Streams streams_;
  Time as_of_{};
  Time complete_since_{};
  bool moving_ = true;  // events have come since the look before, or are still to come in
  StreamIds ends_;
};

}  // namespace baodao::records
