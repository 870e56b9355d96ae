#include "common/log/log.h"

#include <grpc/support/log.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "common/log/line.h"

namespace baodao::log {
namespace {

using Sink = std::function<void(std::string_view)>;

struct State {
  std::atomic<Level> level{Level::kInfo};
  Format format = Format::kJson;
  std::string service;
  std::mutex sink_mutex;
  std::shared_ptr<Sink> sink;  // Guarded by sink_mutex.
  std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("baodao",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    return made;
  }();
};

// Never destroyed: threads of libraries may log until the very end.
State& Global() {
  static State* const state = new State;
  return *state;
}

void Write(const std::string& line) {
  State& state = Global();
  std::shared_ptr<Sink> sink;
  {
    const std::lock_guard lock(state.sink_mutex);
    sink = state.sink;
  }
  if (sink != nullptr) return (*sink)(line);
  state.logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void FromGrpc(gpr_log_func_args* args) {
  const Level level = args->severity == GPR_LOG_SEVERITY_ERROR  ? Level::kWarn
                      : args->severity == GPR_LOG_SEVERITY_INFO ? Level::kInfo
                                                                : Level::kDebug;
  Log(level, "grpc", {{"message", args->message}, {"file", args->file}, {"line", args->line}});
}

}  // namespace

void Init(const Options& options) {
  State& state = Global();
  state.level = options.level;
  state.format = options.format;
  state.service = options.service;
  gpr_set_log_function(&FromGrpc);
}

Level LevelByName(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "warn") return Level::kWarn;
  if (name == "error") return Level::kError;
  return Level::kInfo;
}

Format FormatByName(std::string_view name) {
  return name == "text" ? Format::kText : Format::kJson;
}

void Log(Level level, std::string_view event, Fields fields, std::string_view trace) {
  State& state = Global();
  if (level < state.level.load(std::memory_order_relaxed)) return;
  const Line line(SystemClock().Now(), level, state.service, event, fields, trace);
  Write(state.format == Format::kJson ? line.Json() : line.Text());
}

void SetSink(Sink sink) {
  State& state = Global();
  const std::lock_guard lock(state.sink_mutex);
  state.sink = sink == nullptr ? nullptr : std::make_shared<Sink>(std::move(sink));
}

}  // namespace baodao::log
