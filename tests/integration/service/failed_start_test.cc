// A worker that ends also ends a process that does not serve yet.
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/testing/temp_dir.h"
#include "tests/integration/service/program.h"

namespace baodao::service {
namespace {

// Waits for what does not come, while the one worker it has ends.
class Waiting final : public Service {
 public:
  Waiting(Runtime& runtime, Host&) : clock_(runtime.clock) {
    runtime.Spawn("feed", End(runtime.clock));
  }

  Task<absl::Status> Load() override {
    while (true) co_await clock_.SleepFor(std::chrono::hours(1));
  }

 private:
  static Task<void> End(Clock& clock) { co_await clock.SleepFor(Millis(1)); }

  Clock& clock_;
};

// The worker was gone, and the start waited on for ever.
TEST(FailedStart, AWorkerThatEndsMeanwhileEndsTheProcess) {
  const testing::RedisServer redis;
  const testing::TempDir keys;
  const Program program{"dispatch", "Tasks.", 7103, {}, Make<Waiting>};
  const auto run = [&] { std::exit(RunProgram(program, redis, keys.path())); };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(1), "worker feed ended");
}

}  // namespace
}  // namespace baodao::service
