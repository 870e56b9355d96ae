// Random people on two replicas of a service, which are killed with Redis in the middle of it.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/events/history.h"
#include "common/store/redis_store.h"
#include "tests/chaos/crash/fixture.h"

namespace baodao::testing {

// All that was asked, answered and told about something, in that order: for whoever reads why a
// check has failed.
class Story {
 public:
  void Tell(const std::string& subject, std::string line) {
    lines_[subject].push_back(std::move(line));
  }
  std::string Of(const std::string& subject) const {
    std::string text = "what happened to " + subject + ":\n";
    const auto found = lines_.find(subject);
    if (found == lines_.end()) return text;
    for (const std::string& line : found->second) text += "  " + line + "\n";
    return text;
  }

 private:
  std::map<std::string, std::vector<std::string>> lines_;
};

// Clients of the two replicas of a service.
template <class Service>
class Both {
 public:
  Both(rpc::Channel& one, rpc::Channel& other)
      : clients_{rpc::Client<Service>(one), rpc::Client<Service>(other)} {}

  rpc::Client<Service>& operator[](size_t replica) { return clients_[replica]; }

 private:
  std::array<rpc::Client<Service>, 2> clients_;
};

class RaceTest : public CrashTest {
 public:
  static constexpr size_t kPeople = 36;
  static constexpr size_t kAtOnce = 24;
  static constexpr int kCrashes = 6;

  // One town for all: it takes longer to build than most of what is played in it. See EndOfRaces.
  static void SetUpTestSuite() {
    if (town_ != nullptr) return;
    Town::Options options;
    options.people = kPeople;
    options.communities = 1;
    options.units = 2;
    options.deployment.second_dispatch = true;
    town_ = new Town(options);
    second_lists_ = std::make_unique<SecondLists>(town_->deployment);
  }
  static void TearDownTestSuite() {}
  static void LeaveTown() {
    second_lists_.reset();
    CrashTest::TearDownTestSuite();
  }

  using CrashTest::world;
  Town& town() { return *town_; }
  const demo::Community& community() { return world().communities[0]; }
  size_t Below(size_t limit) { return random_() % limit; }
  bool OneIn(size_t many) { return Below(many) == 0; }

  rpc::Channel& dispatch(size_t replica) { return dispatch_[replica]; }
  rpc::Channel& lists(size_t replica) { return lists_[replica]; }

  // Sends the same request until it is answered, each time to one of the two, and tells the story
  // of `subject`. An answer is kept, see ExpectTheSameAnswers.
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> Ask(Both<Service>& both,
                                 rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                 const demo::Actor& who, std::string subject, Req request) {
    request.set_request_id(world().RequestId());
    int lost = 0;
    const absl::StatusOr<Resp> answer = co_await AskUntil(both, method, who.token, request, &lost);
    std::string line = who.person_id + " " + Req::descriptor()->name() + " " + request.request_id();
    if (lost > 0) line += " (answer lost " + std::to_string(lost) + " times)";
    line += answer.ok() ? " OK" : " " + std::string(answer.status().message());
    story_.Tell(subject, line);
    if (answer.ok()) {
      answered_.push_back(
          [this, &both, method, token = who.token, request, bytes = answer->SerializeAsString()]() {
            return ExpectTheSame<Service, Req, Resp>(both, method, token, request, bytes);
          });
    }
    co_return answer;
  }

  // Every call that was answered gets the same answer again, whoever died meanwhile.
  void ExpectTheSameAnswers() {
    std::function<Task<void>(size_t)> again = [this](size_t i) { return answered_[i](); };
    town_->Run(ForEach(answered_.size(), kAtOnce, again));
    answered_.clear();
  }

  // Plays `steps` of them, while one replica dies, then Redis, then the other, and again.
  void PlayThrough(size_t steps, const std::string& one, const std::string& other,
                   std::function<Task<void>()> step) {
    std::function<Task<void>(size_t)> play = [this, &step](size_t) -> Task<void> {
      co_await step();
      ++done_;
    };
    CrashDuring(ForEach(steps, kAtOnce, play), steps, kCrashes, [&](int crash) {
      if (crash % 3 == 1) return CrashRedis();
      CrashReplica(crash % 3 == 0 ? one : other);
    });
  }

  // All that the service has told since the town stood, in its order: everything here lies in one
  // shard.
  std::vector<events::v1::Event> EventsOf(std::string service) {
    std::vector<events::v1::Event> all;
    town_->Run(ReadEvents(std::move(service), &all));
    return all;
  }
  // Until the condition holds of what the services do by themselves.
  void AwaitRest(const std::string& what, const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << what;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  Story& story() { return story_; }

 private:
  static constexpr char kSecondLists[] = "lists2";

  // Beside the one of the deployment, which asks nobody for it.
  class SecondLists {
   public:
    explicit SecondLists(Deployment& deployment) : deployment_(deployment) { Start(); }
    int port() const { return deployment_.port_base() + 8; }
    void Kill() { process_->End(SIGKILL); }
    void Start() {
      const auto address = [this](int offset) {
        return "127.0.0.1:" + std::to_string(deployment_.port_base() + offset);
      };
      const std::map<std::string, std::string> environment = {
          {"BAODAO_REDIS", deployment_.redis().socket()},
          {"BAODAO_KEYS_DIR", deployment_.keys_dir()},
          {"BAODAO_RATE_LIMITS", "false"},
          {"BAODAO_PEER_REGISTRATION", address(client::kRegistrationPort)},
          {"BAODAO_PEER_DISPATCH", address(client::kDispatchPort)},
          {"BAODAO_PEER_MATCHING", address(client::kMatchingPort)}};
      const std::vector<std::string> argv = {
          Binary("lists"), "--listen=127.0.0.1:" + std::to_string(port()),
          "--metrics_listen=127.0.0.1:" + std::to_string(port() + kMetricsOffset)};
      process_ = std::make_unique<ChildProcess>(argv, environment, dir_.File("lists2.log"));
    }

   private:
    Deployment& deployment_;
    TempDir dir_;
    std::unique_ptr<ChildProcess> process_;
  };

  void CrashReplica(const std::string& name) {
    if (name != kSecondLists) return CrashService(name);
    Outage([] { second_lists_->Kill(); }, [] { second_lists_->Start(); });
  }

  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> AskUntil(
      Both<Service>& both, rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
      std::string token, Req request, int* lost) {
    for (;;) {
      const rpc::CallOptions options = rpc::CallOptions::As(token);
      absl::StatusOr<Resp> answer = co_await both[Below(2)].Call(method, options, request);
      const absl::StatusCode code = answer.status().code();
      const bool is_lost =
          code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kDeadlineExceeded;
      if (!is_lost && !Is(answer.status(), Reason::CONFLICT_RETRY)) co_return answer;
      if (is_lost) {
        ++lost_;
        ++*lost;
      }
      co_await SystemClock().SleepFor(Millis(10 + Below(20)));
    }
  }
  template <class Service, class Req, class Resp>
  Task<void> ExpectTheSame(Both<Service>& both,
                           rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                           std::string token, Req request, std::string bytes) {
    int lost = 0;
    const absl::StatusOr<Resp> again = co_await AskUntil(both, method, token, request, &lost);
    const bool same = again.ok() && again->SerializeAsString() == bytes;
    EXPECT_TRUE(same) << Req::descriptor()->name() << " " << request.request_id() << ": "
                      << again.status();
  }

  Task<void> ReadEvents(std::string service, std::vector<events::v1::Event>* all) {
    const auto client = co_await redis::Connect(town_->loop, deployment().redis().config());
    if (!client.ok()) throw std::runtime_error(client.status().ToString());
    const auto shards = co_await store::OpenShards(**client, 0);
    const events::Handler keep = [all](const events::Delivery& delivery) -> Task<absl::Status> {
      all->push_back(delivery.event);
      co_return absl::OkStatus();
    };
    for (int shard = 0; shard < *shards; ++shard) {
      const absl::Status read =
          co_await events::ReadSince(**client, service, shard, Time(Millis(0)), keep);
      if (!read.ok()) throw std::runtime_error(read.ToString());
    }
    co_await (*client)->Close();
  }

  static inline std::unique_ptr<SecondLists> second_lists_;

  std::mt19937 random_{std::random_device()()};
  Story story_;
  std::vector<std::function<Task<void>()>> answered_;
  std::array<rpc::Channel, 2> dispatch_{
      {{town_->loop, To(client::kDispatchPort)},
       {town_->loop, To(deployment().second_dispatch_port() - deployment().port_base())}}};
  std::array<rpc::Channel, 2> lists_{
      {{town_->loop, To(client::kListsPort)},
       {town_->loop, To(second_lists_->port() - deployment().port_base())}}};
};

class EndOfRaces : public ::testing::Environment {
  void TearDown() override { RaceTest::LeaveTown(); }
};
inline ::testing::Environment* const kEndOfRaces =
    ::testing::AddGlobalTestEnvironment(new EndOfRaces);

}  // namespace baodao::testing
