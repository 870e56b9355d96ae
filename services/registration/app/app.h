// What every handler of registration works with.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "common/auth/tokens.h"
#include "common/clock/clock.h"
#include "common/rpc/context.h"
#include "common/store/mutate.h"
#include "common/store/store.h"
#include "services/registration/rpc/code_sender.h"
#include "services/registration/rpc/metrics.h"
#include "services/registration/store/area_book.h"
#include "services/registration/store/changes.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/vault.h"

namespace baodao::registration {

// How often login codes may be asked for and tried.
struct LoginLimits {
  Millis code_interval{60'000};  // of one phone for one address, and for each known device
  int codes_per_day = 10;        // likewise for all addresses, half of them for one
  // Requests for codes and logins of one network address: what a trusted proxy (the TLS edge) says,
  // else the peer's. Loopback is not counted: only this machine itself calls from there.
  int address_per_hour = 600;
};

// Everything referred to outlives the handlers.
struct Environment {
  store::Store& store;
  Clock& clock;
  RecordKeys keys;
  Vault vault;
  AreaBook& areas;
  const auth::Signer& signer;
  CodeSender& sender;
  Metrics& metrics;
  LoginLimits limits;
};

inline Stamp StampOf(const Environment& environment, const rpc::CallContext& context) {
  const auth::Principal& caller = context.caller();
  return {environment.clock.Now(), caller.IsService() ? caller.service : caller.person_id,
          std::string(context.trace_id())};
}

template <class Response>
using Decide = std::function<Task<absl::StatusOr<store::Decision<Response>>>()>;

// Runs a mutation of `shard` under the request's request_id. See store::Mutate for `replayed`.
template <class Response, class Request>
Task<absl::StatusOr<Response>> Mutate(const Environment& environment, rpc::CallContext context,
                                      const Request& request, int shard, Decide<Response> decide,
                                      bool* replayed = nullptr) {
  store::RequestKey key =
      store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  const int caller_shard = environment.keys.CallerShard(context.caller());
  co_return co_await store::Mutate<Response>(environment.store, std::move(key), caller_shard, shard,
                                             std::move(decide), replayed);
}

}  // namespace baodao::registration
