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
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "baodao/lists/v1/booking.grpc.pb.h"
#include "baodao/lists/v1/match.grpc.pb.h"
#include "baodao/lists/v1/need.grpc.pb.h"
#include "baodao/lists/v1/need_series.grpc.pb.h"
#include "baodao/lists/v1/project.grpc.pb.h"
#include "baodao/lists/v1/resource.grpc.pb.h"
#include "common/areas/feed.h"
#include "common/clock/timestamp.h"
#include "common/testing/service_fixture.h"
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

// dispatch and registration, played. Scripted fates happen to the next calls, one each; afterwards
// all is well.
class FakePeers final : public Peers {
 public:
  enum class Fate {
    kWell,
    kUnreachable,  // nothing happens
    kLostAnswer,   // the task is made, the answer lost
    kRefused,      // WINDOW_INVALID
    kAreaUnknown,  // its tree is behind
    kTagUnknown,   // its vocabulary is
  };

  Task<absl::StatusOr<dispatch::v1::Task>> PublishTask(
      rpc::CallOptions options, dispatch::v1::PublishTaskRequest request) override;
  // Cancels the task once for each request_id; WRONG_STATE from IN_SERVICE on.
  Task<absl::StatusOr<dispatch::v1::Task>> CancelTask(
      rpc::CallOptions options, dispatch::v1::CancelTaskRequest request) override;
  Task<absl::StatusOr<registration::v1::Unit>> GetUnit(rpc::CallOptions options,
                                                       std::string unit_id) override;
  bool consent_required = false;  // of everybody
  int identities_asked = 0;
  // Everybody is called 王秀英.
  Task<absl::StatusOr<registration::v1::Identity>> GetIdentity(rpc::CallOptions options,
                                                               std::string person_id) override;

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
  Replica(asio::io_context& loop, store::Store& store, Clock& clock, const crypto::KeyRing& ring,
          Peers& peers, areas::AreaSource source);

  metrics::Registry metrics;
  areas::AreaTreeFeed areas;
  record::Repository records;
  App app;
  Publications publications;
  Services services;
  Follower follower;
  rpc::Router router;
};

using testing::Backend;
using testing::BackendName;

class ListsTest : public testing::ServiceFixture, public ::testing::WithParamInterface<Backend> {
 protected:
  ListsTest();

  // One more replica, which asks `peers`.
  void AddReplica(store::Store& store, Peers& peers);

  v1::CreateNeedRequest RequestFor(const std::string& area,
                                   const std::string& category = "elderly_care");
  absl::StatusOr<v1::Need> CreateNeed(const std::string& token, const std::string& area,
                                      const std::string& category = "elderly_care");
  absl::StatusOr<v1::Need> GetNeed(const std::string& token, const std::string& id);
  absl::StatusOr<v1::Need> Review(const std::string& token, const std::string& id,
                                  v1::NeedVerdict verdict, const std::string& merged_into = "");
  absl::StatusOr<v1::Need> Publish(const std::string& token, const std::string& id,
                                   const std::string& request_id, int replica = 0);
  absl::StatusOr<v1::Need> Resolve(const std::string& id);  // by the coordinator
  v1::CreateResourceRequest RoomIn(const std::string& area);
  // By the coordinator.
  absl::StatusOr<v1::Project> CreateProject();
  // SUBMITTED → ACCEPTED, by the coordinator.
  v1::Need AcceptedNeed();
  // The event by which dispatch would tell of the need's task.
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
  // For the stores of all replicas, in memory; null: none.
  void SetFaults(const store::FaultHook& faults);
  // Losses, conflicts and pauses of reads and commits.
  static store::FaultHook AnyFault(std::mt19937& random);

  static constexpr int kShards = 16;
  FakePeers peers_;
  std::map<std::string, std::string> successors_;  // see ReadAreas
  std::vector<std::unique_ptr<Replica>> replicas_;

  std::string requester_id_ = NewPerson();
  std::string coordinator_id_ = NewPerson();
  std::string requester_ = tokens_.Person(requester_id_);
  std::string coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
};

using Needs = rpc::AsyncOf<v1::NeedService>;

}  // namespace baodao::lists
