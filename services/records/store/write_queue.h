// Batches that wait for the one writer of SQLite at the same time, written together: the end of a
// transaction costs more than the rows of a small batch.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "services/records/store/archive.h"

namespace baodao::records {

// Thread-safe.
class WriteQueue {
 public:
  struct Waiting {
    Batch batch;
    // For the thread that writes, and for whoever waits for it, afterwards.
    std::optional<int64_t> fresh;  // once it was written, by its own call or with another's
    bool with_others = false;      // so was the last try
  };
  // It waits, to be written with others, as long as somebody holds it.
  std::shared_ptr<Waiting> Add(Batch batch);

  // As records::Write, and with it what waits, up to some thousand events, in one transaction. An
  // error `with_others` may be that of another batch: then nothing was written, and it has to be
  // written by itself.
  absl::StatusOr<int64_t> Write(Connection& connection, const std::shared_ptr<Waiting>& own);

 private:
  std::vector<std::shared_ptr<Waiting>> Take(const std::shared_ptr<Waiting>& own);

  std::mutex mutex_;
  std::vector<std::weak_ptr<Waiting>> waiting_;
};

}  // namespace baodao::records
