#include "services/records/store/database.h"

#include <absl/cleanup/cleanup.h>
#include <fcntl.h>
#include <unistd.h>

#include <asio/post.hpp>

#include "common/async/signal.h"

namespace baodao::records {
namespace {

// PostgreSQL takes several writers at a time; of one stream there is one anyway.
constexpr int kWriters = 4;
constexpr int kReaders = 4;
// Reads that wait or run. Nobody waits for the ones behind.
constexpr int kMostReads = 256;

struct Waiting {
  explicit Waiting(asio::io_context& loop) : done(loop) {}
  Signal done;
  absl::Status status;
  std::atomic<bool> abandoned = false;
};

// SQLite would make it readable for everybody.
void MakePrivateFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
}

}  // namespace

Database::Database(asio::io_context& loop, std::string target)
    : loop_(loop),
      target_(std::move(target)),
      writers_(DialectOf(target_) == Dialect::kSqlite ? 1 : kWriters, false),
      readers_(kReaders, true),
      watch_(1, true) {
  if (DialectOf(target_) == Dialect::kSqlite) MakePrivateFile(target_);
}

Database::~Database() {
  for (Lane* lane : {&writers_, &readers_, &watch_}) lane->threads.join();
}

Task<absl::Status> Database::RunStep(Lane& lane, Step step) {
  if (lane.reads && lane.waiting >= kMostReads) {
    co_return absl::UnavailableError("database: too many questions wait for it");
  }
  auto waiting = std::make_shared<Waiting>(loop_);
  const absl::Cleanup abandon = [waiting] { waiting->abandoned = true; };
  auto run = [this, &lane, waiting, step = std::move(step)]() mutable {
    absl::Status status;
    if (!waiting->abandoned) status = Do(lane, step);
    step = nullptr;
    --lane.waiting;
    // The last that knows of the signal must be on the loop.
    asio::post(loop_, [waiting = std::move(waiting), status = std::move(status)] {
      waiting->status = status;
      waiting->done.Notify();
    });
  };
  ++lane.waiting;
  asio::post(lane.threads, std::move(run));
  co_await waiting->done.Wait();
  co_return waiting->status;
}

std::unique_ptr<Connection> Database::Lane::Take() {
  const std::lock_guard lock(mutex);
  if (idle.empty()) return nullptr;
  std::unique_ptr<Connection> connection = std::move(idle.back());
  idle.pop_back();
  return connection;
}

// On a thread of the lane.
absl::Status Database::Do(Lane& lane, const Step& step) const {
  std::unique_ptr<Connection> pooled = lane.Take();
  const bool was_idle = pooled != nullptr;
  absl::Status status = Try(lane, step, std::move(pooled));
  if (!was_idle || !lane.reads || !absl::IsUnavailable(status)) return status;
  // It may have gone while it lay there, and the others with it.
  while (lane.Take() != nullptr) {
  }
  return Try(lane, step, nullptr);
}

// A connection on which something has failed is not used again.
absl::Status Database::Try(Lane& lane, const Step& step,
                           std::unique_ptr<Connection> connection) const {
  try {
    if (!connection) connection = std::make_unique<Connection>(target_);
    absl::Status status = step(*connection);
    const std::lock_guard lock(lane.mutex);
    lane.idle.push_back(std::move(connection));
    return status;
  } catch (const soci::soci_error& error) {
    return StatusOf(error);
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

}  // namespace baodao::records
