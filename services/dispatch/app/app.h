// The state that the handlers and workers of dispatch share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/areas/tree.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/metrics/metrics.h"
#include "common/profiles/profile_cache.h"
#include "common/record/repository.h"
#include "common/rpc/context.h"
#include "common/store/store.h"
#include "services/dispatch/app/identities.h"
#include "services/dispatch/domain/eligibility.h"
#include "services/dispatch/store/calendars.h"
#include "services/dispatch/store/gate.h"
#include "services/dispatch/store/ledgers.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {

struct AppOptions {
  work::Limits limits;
  Tasks::Options tasks;
  LedgerArchive ledgers;
  // Not asked by workers.
  Identities* identities = nullptr;
  // 64 random bits: reservation tokens.
  Calendars::Random random;
};

// Loop thread only. Everything handed in outlives it.
struct App {
  using Tree = std::function<std::shared_ptr<const areas::AreaTree>()>;

  App(asio::io_context& loop, store::Store& store, Clock& clock, const crypto::KeyRing& ring,
      profiles::ProfileCache& profiles, Tree tree, metrics::Registry& registry, AppOptions options);

  store::Store& store;
  Clock& clock;
  const crypto::KeyRing& ring;
  profiles::ProfileCache& profiles;
  Identities* identities;
  Tree tree;
  Relations relations;
  work::Limits limits;
  DispatchKeys keys;
  record::Repository records;  // certificates, complaints, and pages of tasks
  Tasks tasks;
  Calendars calendars;
  Ledgers ledgers;
  Gate gate;
};

// The person's profile; renewed first where the one held here would keep them from the task. As
// ProfileCache::Get. The task is a copy: one in the cache changes while this waits.
Task<absl::StatusOr<profiles::ProfilePtr>> ProfileFor(App& app, rpc::CallOptions options,
                                                      std::string person_id, v1::Task task);

// OK, or for which of the reasons of IsAboutProfile a claim of the person would be refused now.
// NOT_FOUND and PEER_UNAVAILABLE as ProfileFor.
Task<absl::Status> CheckStanding(App& app, rpc::CallOptions options, std::string person_id,
                                 v1::Task task);

// Runs the call and gives back the time of whoever it let go.
Task<void> RunAndRelease(App& app, std::string task_id, TaskCall& call);

}  // namespace baodao::dispatch
