// Tests of a whole service: its replicas share one store, and are called over gRPC.
//
//   class ListsTest : public testing::ServiceFixture,
//                     public ::testing::WithParamInterface<testing::Backend> {
//     ListsTest() : ServiceFixture(GetParam(), "lists", 16) { … Serve(router, metrics, access); }
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/crypto/key_ring.h"
#include "common/ids/ids.h"
#include "common/rpc/client.h"
#include "common/testing/matchers.h"
#include "common/testing/rpc_server.h"
#include "common/testing/rpc_tokens.h"
#include "common/testing/store_fixture.h"
#include "common/timers/timer_loop.h"

namespace baodao::testing {

class ServiceFixture : public StoreFixture {
 protected:
  ServiceFixture(Backend backend, std::string service, int shards)
      : StoreFixture(backend, std::move(service), shards) {}

  // Ends the calls first.
  void TearDown() override;
  void StopServing();

  // The next replica, by the rules of `access`. Its arguments outlive TearDown.
  void Serve(rpc::Router& router, metrics::Registry& metrics, rpc::AccessPolicy access);
  // To a replica, in the order they were served. Nothing is tried again: a test sees each answer.
  rpc::Channel& channel(size_t replica = 0) { return servers_.at(replica)->channel(); }

  // One call as the holder of `token`; "" calls without one.
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> CallTask(
      rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method, std::string token,
      Req request, int replica = 0, std::string language = "") {
    rpc::Client<Service> client(channel(static_cast<size_t>(replica)));
    rpc::CallOptions options = rpc::CallOptions::As(std::move(token));
    options.language = std::move(language);
    co_return co_await client.Call(method, std::move(options), std::move(request));
  }
  template <class Service, class Req, class Resp>
  absl::StatusOr<Resp> Call(rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                            const std::string& token, Req request, int replica = 0,
                            const std::string& language = "") {
    return Run(CallTask<Service, Req, Resp>(method, token, std::move(request), replica, language));
  }

  std::string NextRequest() { return "r" + std::to_string(++requests_); }
  // A new id, of one shard after the other.
  std::string NewPerson();

  // The events of all shards, in order within a shard.
  std::vector<events::v1::Event> Events();
  // How many of them satisfy `fits`.
  int CountEvents(const std::function<bool(const events::v1::Event&)>& fits);
  // The timers that are due at `now`, taken from the first store as a replica takes them, with a
  // lease of a millisecond.
  std::vector<timers::Timer> TakeDue(Time now);

  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  Tokens tokens_{clock_};

 private:
  int requests_ = 0;
  int people_ = 0;
  std::vector<std::unique_ptr<RpcServer>> servers_;
};

}  // namespace baodao::testing
