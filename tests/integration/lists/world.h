// lists as a whole, called over gRPC, on the memory double or on a real Redis, with the other
// services played.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baodao/lists/v1/match.grpc.pb.h"
#include "baodao/lists/v1/need.grpc.pb.h"
#include "baodao/lists/v1/project.grpc.pb.h"
#include "baodao/lists/v1/resource.grpc.pb.h"
#include "common/areas/feed.h"
#include "common/clock/timestamp.h"
#include "common/crypto/key_ring.h"
#include "common/ids/ids.h"
#include "common/rpc/client.h"
#include "common/status/status.h"
#include "common/store/memory_store.h"
#include "common/store/redis_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/redis_server.h"
#include "common/testing/rpc_server.h"
#include "common/testing/rpc_tokens.h"
#include "services/lists/rpc/services.h"
#include "services/lists/workers/follower.h"

namespace baodao::lists {

inline constexpr char kDistrict[] = "310110";
inline constexpr char kSubdistrict[] = "310110009";
inline constexpr char kCommunity[] = "310110009001";
inline constexpr char kNeighbour[] = "310110009002";
inline constexpr char kElsewhere[] = "310110016001";   // in another subdistrict
inline constexpr char kUncharted[] = "310110018004";   // without a centre
inline constexpr char kMergedAway[] = "310110018005";  // closed; 310110018001 took its place

std::vector<areas::Area> TestAreas();
// These, of which some were closed since: the codes of their successors by their own.
Task<absl::StatusOr<std::vector<areas::Area>>> ReadAreas(
    std::map<std::string, std::string> successors = {});

// dispatch and registration, played. What is scripted happens to the next calls, one each;
// afterwards all is well.
class FakePeers final : public Peers {
 public:
  enum class Fate {
    kWell,
    kUnreachable,  // nothing happens
    kLostAnswer,   // the task is made, the answer lost
    kRefused,      // WINDOW_INVALID
    kAreaUnknown,  // its tree is behind
  };

  Task<absl::StatusOr<dispatch::v1::Task>> PublishTask(
      rpc::CallOptions options, dispatch::v1::PublishTaskRequest request) override;
  // Cancels the task once for each request_id; WRONG_STATE from IN_SERVICE on.
  Task<absl::StatusOr<dispatch::v1::Task>> CancelTask(
      rpc::CallOptions options, dispatch::v1::CancelTaskRequest request) override;
  Task<absl::StatusOr<registration::v1::Unit>> GetUnit(rpc::CallOptions options,
                                                       std::string unit_id) override;

  std::deque<Fate> fates;         // of PublishTask
  std::deque<Fate> cancel_fates;  // of CancelTask: kWell, kUnreachable or kLostAnswer
  std::map<std::string, dispatch::v1::Task> cancelled;  // by request_id
  std::function<void()> before_answer;                  // runs inside each PublishTask
  std::map<std::pair<std::string, int>, dispatch::v1::Task> tasks;
  std::vector<dispatch::v1::PublishTaskRequest> requests;
  std::map<std::string, std::string> liaisons;     // by unit
  std::optional<rpc::CallContext> unit_asked_for;  // by whom, the last time
};

// One process of lists.
struct Replica {
  Replica(
      asio::io_context& loop, store::Store& store, Clock& clock, const crypto::KeyRing& ring,
      Peers& peers, testing::Tokens& tokens, areas::AreaSource source = [] { return ReadAreas(); });

  metrics::Registry metrics;
  areas::AreaTreeFeed areas;
  record::Repository records;
  App app;
  Publications publications;
  Services services;
  Follower follower;
  rpc::Router router;
  std::unique_ptr<testing::RpcServer> server;
  std::unique_ptr<rpc::Channel> channel;  // without retries
};

enum class Backend { kMemory, kRedis };

inline std::string BackendName(const ::testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::kMemory ? "Memory" : "Redis";
}

class ListsTest : public ::testing::TestWithParam<Backend> {
 protected:
  ListsTest();
  ~ListsTest() override;

  // One call as the holder of `token`.
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> CallTask(
      rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method, std::string token,
      Req request, int replica) {
    rpc::Client<Service> client(*replicas_[replica]->channel);
    co_return co_await client.Call(method, rpc::CallOptions::As(std::move(token)),
                                   std::move(request));
  }
  template <class Service, class Req, class Resp>
  absl::StatusOr<Resp> Call(rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                            const std::string& token, Req request, int replica = 0) {
    return testing::Run(loop_,
                        CallTask<Service, Req, Resp>(method, token, std::move(request), replica));
  }

  std::string NewPerson() { return ids::New("per", static_cast<int>(people_++ % kShards)); }
  std::string NextRequest() { return "r" + std::to_string(++request_); }

  v1::CreateNeedRequest RequestFor(const std::string& area,
                                   const std::string& category = "elderly_care");
  absl::StatusOr<v1::Need> CreateNeed(const std::string& token, const std::string& area,
                                      const std::string& category = "elderly_care");
  absl::StatusOr<v1::Need> GetNeed(const std::string& token, const std::string& id);
  absl::StatusOr<v1::Need> Review(const std::string& token, const std::string& id,
                                  v1::NeedVerdict verdict, const std::string& merged_into = "");
  absl::StatusOr<v1::Need> Publish(const std::string& token, const std::string& id,
                                   const std::string& request_id, int replica = 0);
  v1::CreateResourceRequest RoomIn(const std::string& area);
  // SUBMITTED → ACCEPTED, by the coordinator.
  v1::Need AcceptedNeed();
  // What dispatch would tell of the need's task.
  static events::Delivery TaskEvent(const std::string& need_id, const std::string& task_id,
                                    dispatch::v1::TaskState state, uint64_t version);
  absl::Status TellTask(const std::string& need_id, const std::string& task_id,
                        dispatch::v1::TaskState state, uint64_t version);
  absl::Status Resume(const std::string& need_id, int replica = 0);
  // Tells what dispatch would of the need's task as it is now.
  absl::Status TellTask(const dispatch::v1::Task& task, const std::string& actor);
  absl::StatusOr<v1::Need> Cancel(const std::string& token, const std::string& id,
                                  const std::string& request_id, int replica = 0);
  v1::NeedRecord Record(const std::string& need_id);
  // All events written so far.
  std::vector<events::v1::Event> Events();

  static constexpr int kShards = 16;
  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  std::unique_ptr<testing::RedisServer> redis_;
  std::unique_ptr<redis::Client> client_;
  std::vector<std::unique_ptr<store::Store>> stores_;
  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  FakePeers peers_;
  testing::Tokens tokens_{clock_};
  std::map<std::string, std::string> successors_;  // see ReadAreas
  std::vector<std::unique_ptr<Replica>> replicas_;
  size_t people_ = 0;
  int request_ = 0;

  std::string requester_id_ = NewPerson();
  std::string coordinator_id_ = NewPerson();
  std::string requester_ = tokens_.Person(requester_id_);
  std::string coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
};

using Needs = rpc::AsyncOf<v1::NeedService>;

}  // namespace baodao::lists
