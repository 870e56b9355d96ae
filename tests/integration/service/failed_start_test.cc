// What ends a process that has not come to serve yet.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "common/service/main.h"
#include "common/testing/redis_server.h"
#include "common/testing/temp_dir.h"

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
  std::vector<std::string> args{"dispatch",
                                "--redis",
                                "127.0.0.1:" + std::to_string(redis.port()),
                                "--metrics_listen",
                                "",
                                "--keys_dir",
                                keys.path(),
                                "--create_keys=true"};
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  const auto run = [&] {
    alarm(60);
    std::exit(Main(program, static_cast<int>(argv.size()), argv.data()));
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(1), "worker feed ended");
}

}  // namespace
}  // namespace baodao::service
