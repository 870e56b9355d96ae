// The database, asked on threads of its own: the loop never waits for SQL.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/status/macros.h"
#include "services/records/store/connection.h"

namespace baodao::records {

// Loop thread only. Work runs on other threads and owns what it needs: whoever waits for it may be
// gone before it ends; then it is left out if it has not begun. Errors beside those of the work:
// UNAVAILABLE, INTERNAL (see StatusOf).
class Database {
 public:
  // `target`: where the data is, as DialectOf takes it. Connects when first used.
  Database(asio::io_context& loop, std::string target);
  // Waits for what has begun.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  template <class T>
  using Work = std::function<absl::StatusOr<T>(Connection&)>;

  // SQLite has one writer; what is begun later waits for it.
  template <class T>
  Task<absl::StatusOr<T>> Write(Work<T> work) {
    co_return co_await Run<T>(writers_, std::move(work));
  }
  // May run twice: a connection that has lain idle may be gone. UNAVAILABLE when too many wait.
  template <class T>
  Task<absl::StatusOr<T>> Read(Work<T> work) {
    co_return co_await Run<T>(readers_, std::move(work));
  }
  // Read, for the service itself: it never waits behind what people ask.
  template <class T>
  Task<absl::StatusOr<T>> Watch(Work<T> work) {
    co_return co_await Run<T>(watch_, std::move(work));
  }

 private:
  using Step = std::function<absl::Status(Connection&)>;

  // Threads, with a connection for each.
  struct Lane {
    Lane(int size, bool reads) : reads(reads), threads(static_cast<size_t>(size)) {}
    std::unique_ptr<Connection> Take();

    const bool reads;
    std::atomic<int> waiting = 0;  // or running
    std::mutex mutex;
    std::vector<std::unique_ptr<Connection>> idle;
    asio::thread_pool threads;
  };

  template <class T>
  Task<absl::StatusOr<T>> Run(Lane& lane, Work<T> work) {
    auto result = std::make_shared<std::optional<T>>();
    Step step = [result, work = std::move(work)](Connection& connection) -> absl::Status {
      ASSIGN_OR_RETURN(T value, work(connection));
      result->emplace(std::move(value));
      return absl::OkStatus();
    };
    CO_RETURN_IF_ERROR(co_await RunStep(lane, std::move(step)));
    co_return std::move(**result);
  }
  Task<absl::Status> RunStep(Lane& lane, Step step);
  absl::Status Do(Lane& lane, const Step& step) const;
  absl::Status Try(Lane& lane, const Step& step, std::unique_ptr<Connection> connection) const;

  asio::io_context& loop_;
  std::string target_;
  Lane writers_;
  Lane readers_;
  Lane watch_;
};

}  // namespace baodao::records
