// inbox as a whole, two replicas called over gRPC, on the memory double or on a real Redis.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "baodao/inbox/v1/channel.grpc.pb.h"
#include "baodao/inbox/v1/inbox.grpc.pb.h"
#include "common/clock/timestamp.h"
#include "common/events/tail.h"
#include "common/testing/areas.h"
#include "common/testing/service_fixture.h"
#include "services/inbox/app/announcements.h"
#include "services/inbox/app/hub.h"
#include "services/inbox/app/liaisons.h"
#include "services/inbox/app/nearby.h"
#include "services/inbox/rpc/announcement_handlers.h"
#include "services/inbox/rpc/channel_handlers.h"
#include "services/inbox/rpc/inbox_handlers.h"
#include "services/inbox/store/channel_store.h"
#include "services/inbox/store/inbox_store.h"
#include "services/inbox/workers/deliverer.h"

namespace baodao::inbox {

inline constexpr Millis kKeep = std::chrono::hours(24 * 30);

inline constexpr char kCommunity[] = "310110009001";

// Registration's profiles.
class People final : public profiles::Source {
 public:
  Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(int, std::string) override {
    co_return registration::v1::ListProfilesResponse();
  }
  Task<absl::StatusOr<registration::v1::Profile>> Get(rpc::CallOptions,
                                                      std::string person_id) override {
    if (down) co_return Refuse(Reason::PEER_UNAVAILABLE);
    registration::v1::Profile profile = known[person_id];
    profile.set_person_id(std::move(person_id));
    co_return profile;
  }
  std::map<std::string, registration::v1::Profile> known;
  bool down = false;
};

// One process of inbox.
struct Replica {
  Replica(asio::io_context& loop, store::Store& store, Clock& clock, areas::AreaSource source,
          UnitSource units, NearbySource nearby_tasks, People& people);

  metrics::Registry metrics;
  areas::AreaTreeFeed areas;
  InboxStore inbox;
  Hub hub;
  crypto::KeyRing ring = crypto::KeyRing::Generate();
  ChannelStore channels;
  InboxHandlers handlers;
  ChannelHandlers channel_handlers;
  record::Repository records;
  Announcements announcements;
  AnnouncementHandlers announcement_handlers;
  Liaisons liaisons;
  Nearby nearby;
  Deliverer deliverer;
  rpc::Router router;
  std::unique_ptr<events::Tail> tail;  // on Redis
};

using testing::Backend;
using testing::BackendName;

using Inbox = rpc::AsyncOf<v1::InboxService>;

class InboxTest : public testing::ServiceFixture, public ::testing::WithParamInterface<Backend> {
 protected:
  InboxTest();
  void TearDown() override;

  template <class Req, class Resp>
  absl::StatusOr<Resp> Call(rpc::detail::UnaryMember<Inbox, Req, Resp> method,
                            const std::string& token, Req request, int replica = 0,
                            const std::string& language = "") {
    return ServiceFixture::Call<v1::InboxService>(method, token, std::move(request), replica,
                                                  language);
  }

  absl::StatusOr<v1::ListNotificationsResponse> List(int page_size = 200, int replica = 0,
                                                     const std::string& language = "");
  absl::StatusOr<v1::MarkReadResponse> MarkRead(const std::string& cursor, int replica = 0);
  // "Your hours are credited" for the reader, `minutes` long, as the `number`th event of dispatch.
  events::Delivery Hours(int number, const std::string& unit = "");
  events::Delivery Accepted(int number, dispatch::v1::AssignmentState state, Time start);
  absl::Status Deliver(std::vector<events::Delivery> deliveries, int replica = 0) {
    return testing::Run(loop_, replicas_[replica]->deliverer.OnEvents(std::move(deliveries)));
  }
  absl::Status Deliver(const events::Delivery& delivery, int replica = 0) {
    return Deliver(std::vector(1, delivery), replica);
  }

  static constexpr int kShards = 16;
  std::map<std::string, std::string> unit_liaisons_;
  bool registration_is_down_ = false;
  std::vector<areas::Area> imported_;  // beside those there from the start
  int areas_read_ = 0;
  int units_asked_ = 0;
  std::string trace_asked_;  // of the last of them
  // The tasks that dispatch says are near, by person; and who was asked for.
  std::map<std::string, dispatch::v1::NearbyTasks> near_;
  std::vector<std::string> near_asked_;
  bool dispatch_is_down_ = false;
  People people_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  int tails_running_ = 0;

  std::string reader_id_ = ids::New("per", 5);
  std::string reader_ = tokens_.Person(reader_id_);

 private:
  Task<absl::StatusOr<std::vector<areas::Area>>> ReadAreas();
  Task<absl::StatusOr<registration::v1::Unit>> GetUnit(rpc::CallOptions options,
                                                       std::string unit_id);
  Task<absl::StatusOr<dispatch::v1::NearbyTasks>> GetNearby(
      rpc::CallOptions options, dispatch::v1::GetNearbyTasksRequest request);
  void WakeOn(Replica& replica);
};

}  // namespace baodao::inbox
