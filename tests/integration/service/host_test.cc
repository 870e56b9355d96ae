// A service hears events through its host from before its load until it stops.
#include "common/service/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/status/macros.h"
#include "common/store/redis_store.h"
#include "common/testing/ports.h"
#include "common/testing/temp_dir.h"
#include "tests/integration/service/program.h"

namespace baodao::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Whose events it heard.
struct Cache {
  Task<absl::Status> OnEvent(const events::Delivery& delivery) {
    heard.push_back(delivery.service);
    co_return answer;
  }
  Task<void> OnGap(std::string, int) { co_return; }

  absl::Status answer;
  std::vector<std::string> heard;
};

// As dispatch, whose group reads registration. During its load each of both has an event, and a
// timer is due. Once it serves and all of it was heard it asks to be stopped; what was heard by
// whom is its last line.
class Hearing final : public Service {
 public:
  Hearing(Runtime& runtime, Host& host) : runtime_(runtime), timers_(runtime.store, runtime.clock) {
    timers_.Register("ring", [this](const timers::Timer&) { return OnTimer(); });
    host.Tail("dispatch", broken_);
    host.Tail("dispatch", own_);
    host.Tail("registration", others_);
    host.Follow([this](const events::Delivery& delivery) { return group_.OnEvent(delivery); });
    host.Timers(timers_);
  }

  Task<absl::Status> Load() override {
    CO_ASSIGN_OR_RETURN(
        const auto registration,
        co_await store::RedisStore::Open(runtime_.loop, runtime_.redis,
                                         store::Keys("registration", runtime_.store.shards())));
    CO_RETURN_IF_ERROR(co_await Emit(*registration));
    CO_RETURN_IF_ERROR(co_await Emit(runtime_.store));
    runtime_.Spawn("watch", StopWhenHeard());
    co_return absl::OkStatus();
  }

 private:
  Task<absl::Status> Emit(store::Store& store) {
    events::v1::Event event;
    event.set_actor_id("somebody");
    store::Commit commit(0);
    commit.Emit(event.SerializeAsString());
    commit.SetTimer(timers::Member("ring", "once"), runtime_.clock.Now());
    co_return (co_await store.Apply(std::move(commit))).status();
  }

  Task<absl::Status> OnTimer() {
    rung_ = true;
    co_return absl::OkStatus();
  }

  Task<void> StopWhenHeard() {
    while (own_.heard.empty() || others_.heard.empty() || group_.heard.empty() || !rung_ ||
           !co_await Serves()) {
      co_await runtime_.clock.SleepFor(Millis(5));
    }
    std::string line = "heard:";
    for (const auto* heard : {&broken_.heard, &own_.heard, &others_.heard, &group_.heard}) {
      for (const std::string& service : *heard) line += " " + service;
      line += ";";
    }
    std::fprintf(stderr, "%s\n", line.c_str());
    std::raise(SIGTERM);
    while (true) co_await runtime_.clock.SleepFor(std::chrono::hours(1));
  }

  Task<bool> Serves() {
    const std::string& listen = runtime_.config.Str("listen");
    const auto port = static_cast<uint16_t>(std::stoi(listen.substr(listen.rfind(':') + 1)));
    asio::ip::tcp::socket socket(runtime_.loop);
    asio::error_code error;
    co_await socket.async_connect({asio::ip::address_v4::loopback(), port},
                                  asio::redirect_error(kAwait, error));
    co_return !error;
  }

  Runtime& runtime_;
  timers::TimerLoop timers_;
  Cache broken_{absl::InternalError("it cannot apply this"), {}};
  Cache own_;
  Cache others_;
  Cache group_;
  bool rung_ = false;
};

TEST(Host, WhatHappensFromBeforeTheLoadIsHeardByEachOnceAndThenEverythingStops) {
  const testing::RedisServer redis;
  const testing::TempDir keys;
  const testing::Ports ports;
  const Program program{"dispatch", "Tasks.", ports.first(), {}, Make<Hearing>};
  const auto run = [&] { std::exit(RunProgram(program, redis, keys.path())); };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0),
              AllOf(HasSubstr("heard: dispatch; dispatch; registration; registration;"),
                    HasSubstr("service.serving"), Not(HasSubstr("workers_left"))));
}

}  // namespace
}  // namespace baodao::service
