// A town under load whose processes are killed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "ops/demo/task_people.h"
#include "tests/e2e/town.h"

namespace baodao::testing {

using dispatch::v1::Assignment;

class CrashTest : public ::testing::Test {
 protected:
  static constexpr size_t kPeople = 100;

  static void SetUpTestSuite() {
    Town::Options options;
    options.people = kPeople;
    options.communities = 1;
    town_ = new Town(options);
  }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  demo::World& world() { return *town_->world; }
  Deployment& deployment() { return town_->deployment; }

  // A connection without retries of its own: the test sees each try that fails.
  rpc::ChannelOptions To(int port) {
    rpc::ChannelOptions options;
    options.target = "127.0.0.1:" + std::to_string(deployment().port_base() + port);
    options.attempts = 1;
    return options;
  }

  // Sends the same request until it is answered, and counts the tries that were not.
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> Persist(
      rpc::Client<Service>& client,
      rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method, std::string token,
      Req request) {
    for (;;) {
      const rpc::CallOptions options = rpc::CallOptions::As(token);
      absl::StatusOr<Resp> answer = co_await client.Call(method, options, request);
      const absl::StatusCode code = answer.status().code();
      const bool lost =
          code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kDeadlineExceeded;
      if (!lost && !Is(answer.status(), Reason::CONFLICT_RETRY)) co_return answer;
      if (lost) ++lost_;
      co_await SystemClock().SleepFor(Millis(20));
    }
  }

  // Runs the load on a thread of its own, so that it goes on while this one kills. `crash` is
  // called at `crashes` random moments within the first three quarters of its `calls`; the load
  // counts them in done_. At least half of the crashes must have been felt.
  void CrashDuring(Task<void> load, size_t calls, int crashes, std::function<void(int)> crash) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    done_ = lost_ = 0;
    felt_ = 0;
    load_ = std::async(std::launch::async, [&] { town_->Run(std::move(load)); });
    const size_t share = calls * 3 / 4 / static_cast<size_t>(crashes);
    for (int i = 0; i < crashes && !LoadEnded(); ++i) {
      const size_t moment = static_cast<size_t>(i) * share + random() % share;
      Await([&] { return done_ > moment; });
      try {
        crash(i);
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
        break;
      }
    }
    load_.get();
    EXPECT_EQ(done_, calls);
    EXPECT_GE(felt_, (crashes + 1) / 2) << "the load was over too soon";
  }

  // Kills, and starts again only when a caller has felt it.
  void Outage(std::function<void()> kill, std::function<void()> start) {
    const size_t before = lost_;
    kill();
    Await([&] { return lost_ > before; });
    start();
    if (lost_ > before) ++felt_;
  }
  void CrashService(const std::string& service) {
    Outage([&] { deployment().Kill(service); }, [&] { deployment().Start(service); });
  }
  void CrashRedis() {
    Outage([&] { deployment().redis().Kill(); }, [&] { deployment().redis().Restart(); });
  }

  // Until the condition holds, or the load has ended.
  void Await(std::function<bool()> condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition() && !LoadEnded()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "nothing happens any more";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  bool LoadEnded() const {
    return load_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  // Tasks two days apart, starting at `first_day`: a person may hold all of them.
  std::vector<std::string> PublishTasks(int count, int first_day, int slots) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) {
      const auto task =
          town_->Run(town_->Publish(0, slots, std::chrono::hours(24 * (first_day + i * 2))));
      ids.push_back(task.task_id());
    }
    return ids;
  }
  Task<std::vector<Assignment>> PeopleOf(std::string task_id) {
    demo::Job job;
    job.task_id = task_id;
    co_return co_await demo::PeopleOf(world(), job);
  }
  // The timers of a service with when they are due.
  std::map<std::string, std::string> TimersOf(const std::string& service) {
    std::map<std::string, std::string> timers;
    for (const auto& key : deployment().redis().Do({"KEYS", "*" + service + ":timers"}).items) {
      const auto all = deployment().redis().Do({"ZRANGE", key.text, "0", "-1", "WITHSCORES"});
      for (size_t i = 0; i + 1 < all.items.size(); i += 2)
        timers[all.items[i].text] = all.items[i + 1].text;
    }
    return timers;
  }

  static inline Town* town_ = nullptr;
  std::atomic<size_t> done_{0};
  std::atomic<size_t> lost_{0};
  int felt_ = 0;

 private:
  std::future<void> load_;
};

}  // namespace baodao::testing
