// Faults that end a process that does not serve yet.
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

TEST(FailedStart, AVocabularyThatIsWrongIsNamedWithItsLine) {
  const testing::RedisServer redis;
  const testing::TempDir dir;
  const std::string file = dir.Write("vocabulary.toml", "[skill]\nfirst_aid = {zh = \"急救\"}\n");
  const Program program{"dispatch", "Tasks.", 7103, {}, Make<Waiting>};
  const auto run = [&] { std::exit(RunProgram(program, redis, dir.path(), file)); };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(1),
              "vocabulary.toml:2: skill.first_aid: en is missing");
}

}  // namespace
}  // namespace baodao::service
