#include "tests/bench/large.h"

#include <fmt/format.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <chrono>
#include <map>
#include <stdexcept>

#include "common/async/for_each.h"
#include "tests/bench/seed.h"

namespace baodao::bench {
namespace {

using std::chrono::hours;
using Steady = std::chrono::steady_clock;
using Diagnostics = rpc::AsyncOf<diagnostics::v1::DiagnosticsService>;

// A connection carries at most a hundred calls.
constexpr size_t kStreamsOfConnection = 90;
constexpr size_t kNews = 2'000;
constexpr Millis kNewsEvery{10};

// Everybody's stream, read until it is destroyed and Ended has been awaited.
class Watchers {
 public:
  explicit Watchers(Scene& scene) : scene_(scene) {
    rpc::ChannelOptions options;
    options.target =
        fmt::format("127.0.0.1:{}", scene.town().deployment.port_base() + client::kInboxPort);
    const size_t people = scene.world().people.size();
    for (size_t i = 0; i < people; i += kStreamsOfConnection) {
      channels_.push_back(std::make_unique<rpc::Channel>(scene.town().loop, options));
    }
    for (const auto& channel : channels_) clients_.emplace_back(*channel);
    readers_.resize(people);
    for (size_t i = 0; i < people; ++i) {
      asio::co_spawn(scene.town().loop, Watch(i), asio::detached);
    }
  }

  // Until everybody's stream has answered.
  Task<void> Open() {
    while (open_ < readers_.size()) co_await Wait();
  }
  Task<void> Delivered(size_t news) {
    while (delays_ms_.size() < news) co_await Wait();
  }
  Task<void> End() {
    closing_ = true;
    for (auto& reader : readers_) reader->Cancel();
    while (ended_ < readers_.size()) co_await Wait();
  }

  size_t size() const { return readers_.size(); }
  std::vector<double>& delays_ms() { return delays_ms_; }

 private:
  using Reader = rpc::StreamReader<inbox::v1::WatchInboxResponse>;

  Task<void> Wait() {
    if (!failure_.ok()) throw std::runtime_error("a stream ended: " + failure_.ToString());
    co_await SystemClock().SleepFor(Millis(5));
  }

  // As a phone does: again from where it was, when the connection was lost or not to be had.
  Task<void> Watch(size_t i) {
    const demo::Actor& person = scene_.world().people[i];
    inbox::v1::WatchInboxRequest request;
    request.set_person_id(person.person_id);
    while (!closing_) {
      rpc::CallOptions options = rpc::CallOptions::As(person.token);
      readers_[i] = std::make_unique<Reader>(clients_[i / kStreamsOfConnection].Stream(
          &client::Notifications::WatchInbox, options, request));
      for (;;) {
        const std::optional<inbox::v1::WatchInboxResponse> message = co_await readers_[i]->Next();
        if (!message) break;
        if (request.resume_token().empty()) ++open_;
        request.set_resume_token(message->resume_token());
        if (!message->has_notification()) continue;
        const Time event = ToTime(message->notification().time());
        delays_ms_.push_back(static_cast<double>((SystemClock().Now() - event).count()));
      }
      const absl::Status& status = readers_[i]->status();
      if (!closing_ && !absl::IsUnavailable(status)) failure_ = status;
      if (!failure_.ok()) break;
      co_await SystemClock().SleepFor(Millis(100));
    }
    ++ended_;
  }

  Scene& scene_;
  std::vector<std::unique_ptr<rpc::Channel>> channels_;
  std::vector<rpc::Client<inbox::v1::InboxService>> clients_;
  std::vector<std::unique_ptr<Reader>> readers_;
  absl::Status failure_;  // of the first stream that ended for another reason
  bool closing_ = false;
  size_t open_ = 0;
  size_t ended_ = 0;
  std::vector<double> delays_ms_;
};

// A task for everybody, on a day on which nobody has one.
std::string PublishForAll(Scene& scene, hours later) {
  dispatch::v1::PublishTaskRequest request = TaskForAll(scene);
  for (auto* end :
       {request.mutable_window()->mutable_start(), request.mutable_window()->mutable_end()}) {
    *end = ToTimestamp(ToTime(*end) + later);
  }
  const auto task =
      scene.town().Run(demo::Must(scene.connections()[0].tasks, &client::Tasks::PublishTask,
                                  scene.world().OperatorToken(), request));
  return task.task_id();
}

// How the calls of an overload ended.
struct Outcome {
  std::vector<double> done_ms;
  size_t refused = 0;  // with the time after which to try again
  size_t late = 0;     // not answered in time
  std::map<std::string, size_t> others;
  size_t ended = 0;
};

Task<void> SendOne(rpc::Client<diagnostics::v1::DiagnosticsService>& client, std::string token,
                   diagnostics::v1::CommitRequest request, Outcome& outcome) {
  const auto sent = Steady::now();
  rpc::CallOptions options = rpc::CallOptions::As(token);
  const auto answer = co_await client.Call(&Diagnostics::Commit, options, request);
  ++outcome.ended;
  if (answer.ok()) {
    outcome.done_ms.push_back(
        std::chrono::duration<double, std::milli>(Steady::now() - sent).count());
  } else if (absl::IsDeadlineExceeded(answer.status())) {
    ++outcome.late;
  } else if (RetryAfterOf(answer.status())) {
    ++outcome.refused;
  } else {
    ++outcome.others[answer.status().ToString()];
  }
}

// `rate` calls a second, evenly, until there were `calls` of them and all have ended.
Task<void> SendSteadily(Scene& scene, const std::vector<std::string>& tokens, double rate,
                        size_t calls, Outcome& outcome) {
  rpc::ChannelOptions options;
  options.target =
      fmt::format("127.0.0.1:{}", scene.town().deployment.port_base() + client::kDispatchPort);
  options.attempts = 1;
  std::vector<std::unique_ptr<rpc::Channel>> channels;
  std::vector<rpc::Client<diagnostics::v1::DiagnosticsService>> clients;
  // More than the calls of a connection would wait in this program.
  constexpr size_t kChannels = 150;
  for (size_t i = 0; i < kChannels; ++i) {
    channels.push_back(std::make_unique<rpc::Channel>(scene.town().loop, options));
    clients.emplace_back(*channels.back());
  }
  const auto start = Steady::now();
  for (size_t sent = 0; sent < calls;) {
    const double seconds = std::chrono::duration<double>(Steady::now() - start).count();
    const auto due = std::min(calls, static_cast<size_t>(seconds * rate) + 1);
    for (; sent < due; ++sent) {
      diagnostics::v1::CommitRequest request;
      request.set_request_id(scene.world().RequestId());
      request.set_key(fmt::format("overload-{}", sent));
      asio::co_spawn(scene.town().loop,
                     SendOne(clients[sent % kChannels], tokens[sent % tokens.size()],
                             std::move(request), outcome),
                     asio::detached);
    }
    co_await SystemClock().SleepFor(Millis(1));
  }
  while (outcome.ended < calls) co_await SystemClock().SleepFor(Millis(5));
}

}  // namespace

Result WatchMany(Scene& scene) {
  testing::Town& town = scene.town();
  town.Run(scene.world().KeepSignedIn());
  const std::string task_id = PublishForAll(scene, hours(48));
  Settle(town);
  const pid_t inbox = town.deployment.process("inbox").pid();
  const double before = ResidentBytes(inbox);
  Watchers watchers(scene);
  town.Run(watchers.Open());
  const double opened = ResidentBytes(inbox);
  const size_t news = std::min(kNews, watchers.size());
  Load load;
  load.name = "watch_10k";
  load.service = "inbox";
  load.calls = news;
  const Time start = SystemClock().Now() + Millis(1'000);
  load.call = [&](size_t i) -> Task<void> {
    co_await SystemClock().SleepFor(start + kNewsEvery * static_cast<int64_t>(i) -
                                    SystemClock().Now());
    co_await Claim(scene, scene.connections()[i].assignments, i, task_id);
  };
  Result result = Measure(town, load);
  town.Run(watchers.Delivered(news));
  town.Run(watchers.End());
  const double claims = result.value;
  result.unit = "ms";
  result.p50_ms = Percentile(watchers.delays_ms(), 0.50);
  result.p99_ms = Percentile(watchers.delays_ms(), 0.99);
  result.value = result.p99_ms;
  result.note = fmt::format(
      "p99 from an event to its delivery, of {} at {:.0f} claims/s; {} streams of {:.1f} KB each "
      "in inbox",
      news, claims, watchers.size(),
      (opened - before) / 1024 / static_cast<double>(watchers.size()));
  return result;
}

Result Overload(Scene& scene) {
  constexpr double kTimes = 3;
  constexpr double kSeconds = 10;
  const Load load = Commits(scene);
  const Result peak = Measure(scene.town(), load);
  const double rate = peak.value * kTimes;
  const auto calls = static_cast<size_t>(rate * kSeconds);
  const std::vector<std::string> tokens = OperatorsFor(scene, calls);
  Outcome outcome;
  const auto start = Steady::now();
  scene.town().Run(SendSteadily(scene, tokens, rate, calls, outcome));
  const double seconds = std::chrono::duration<double>(Steady::now() - start).count();
  if (outcome.done_ms.empty()) throw std::runtime_error("nothing is done under overload");
  Result result;
  result.name = "overload_3x";
  result.unit = "calls/s";
  result.value = static_cast<double>(outcome.done_ms.size()) / seconds;
  result.p50_ms = Percentile(outcome.done_ms, 0.50);
  result.p99_ms = Percentile(outcome.done_ms, 0.99);
  result.ratios = {{"the peak of commit_raw", result.value / peak.value},
                   {"its p99", result.p99_ms / peak.p99_ms}};
  result.note = fmt::format(
      "{:.0f} calls/s asked for, {:.0f} sent; of {} were done {}, refused with a time to try again "
      "{}, late {}",
      rate, static_cast<double>(calls) / seconds, calls, outcome.done_ms.size(), outcome.refused,
      outcome.late);
  for (const auto& [status, count] : outcome.others) {
    result.note += fmt::format(", {} {}", status.substr(0, 80), count);
  }
  return result;
}

std::vector<std::string> PublishMillion(Scene& scene) {
  constexpr size_t kAtOnce = 20'000;
  const size_t tasks = scene.scale().open_tasks;
  const std::vector<demo::Actor>& people = scene.world().people;
  std::vector<std::string> ids(scene.scale().people);
  for (size_t done = 0; done < tasks; done += kAtOnce) {
    const size_t count = std::min(kAtOnce, tasks - done);
    const std::vector<std::string> tokens = OperatorsFor(scene, count);
    auto publish = [&](size_t n) -> Task<void> {
      const size_t i = done + n;
      const auto request =
          scene.town().NewTask(people[i % people.size()].community, 2, hours(24 * 20));
      const auto task =
          co_await demo::Must(scene.connections()[i].tasks, &client::Tasks::PublishTask,
                              tokens[n % tokens.size()], request);
      if (i < ids.size()) ids[i] = task.task_id();
    };
    scene.town().Run(ForEach(count, 64, publish));
    scene.town().Run(scene.world().KeepSignedIn());
  }
  return ids;
}

std::vector<Result> MeasureWithMillion(Scene& scene, const std::vector<std::string>& ids) {
  std::vector<Load> loads = {ListOpen(scene), ClaimSpread(scene, ids)};
  for (Load& load : loads) load.name += "_1m";
  std::vector<Result> results = MeasureInTurns(scene.town(), loads, scene.scale().rounds);
  for (Result& result : results) {
    result.note = fmt::format("with {} open tasks; Redis holds {:.1f} GB", scene.scale().open_tasks,
                              RedisMemory(scene.town()) / 1e9);
  }
  return results;
}

Result Restart(Scene& scene) {
  testing::Deployment& deployment = scene.town().deployment;
  for (const std::string_view service : config::kServices) deployment.Kill(std::string(service));
  const size_t people = std::max(scene.world().people.size(), scene.scale().stored_people);
  SeedPeople(scene.town(), scene.world().people.size(), people);
  AwaitRewritten(scene.town());
  Result result;
  result.name = "restart_1m";
  result.unit = "ms";
  const auto start = Steady::now();
  deployment.Start(std::vector<std::string>(config::kServices.begin(), config::kServices.end()));
  result.value = std::chrono::duration<double, std::milli>(Steady::now() - start).count();
  std::string each;
  double resident = 0;
  for (const std::string_view service : config::kServices) {
    const double bytes = ResidentBytes(deployment.process(std::string(service)).pid());
    resident += bytes;
    each += fmt::format(" {} {:.0f} MB", service, bytes / 1e6);
  }
  result.note = fmt::format(
      "until all serve, started at once; {} tasks, {} people, put into the store by "
      "registration's code, without events (read and trimmed long ago) and inboxes; Redis holds "
      "{:.1f} GB; {:.0f} MB in all:{}",
      scene.scale().open_tasks, people, RedisMemory(scene.town()) / 1e9, resident / 1e6, each);
  return result;
}

}  // namespace baodao::bench
