#include "services/records/store/database.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/async/on_thread.h"

namespace baodao::records {
namespace {

// PostgreSQL takes several writers at a time; of one stream there is one anyway.
constexpr int kWriters = 4;
constexpr int kReaders = 4;
// Reads that wait or run. Nobody waits for the ones behind.
constexpr int kMaxReads = 256;

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
  if (lane.reads && lane.waiting >= kMaxReads) {
    co_return absl::UnavailableError("database: too many questions wait for it");
  }
  ++lane.waiting;
  std::shared_ptr<void> counted(nullptr, [&lane](void*) { --lane.waiting; });
  std::function<absl::Status()> work = [this, &lane, counted = std::move(counted),
                                        step = std::move(step)] { return Do(lane, step); };
  co_return co_await OnThread(loop_, lane.threads, std::move(work));
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
    if (!lane.reads) connection->BoundLog();
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
