#include "services/dispatch/rpc/app.h"

#include <utility>

#include "common/crypto/random.h"
#include "common/status/macros.h"

namespace baodao::dispatch {

App::App(asio::io_context& loop, store::Store& store, Clock& clock, const crypto::KeyRing& ring,
         profiles::ProfileCache& profiles, Tree tree, AppOptions options)
    : store(store),
      clock(clock),
      ring(ring),
      profiles(profiles),
      tree(std::move(tree)),
      covers([this](std::string_view a, std::string_view b) { return this->tree()->Covers(a, b); }),
      limits(options.limits),
      keys(store.keys()),
      tasks(loop, store, keys, clock, options.tasks),
      calendars(store, tasks, clock, limits,
                options.random ? options.random : Calendars::Random(crypto::RandomBits)),
      ledgers(store, keys, clock) {}

Task<absl::StatusOr<profiles::ProfilePtr>> ProfileFor(App& app, rpc::CallOptions options,
                                                      std::string person_id, v1::Task task) {
  CO_ASSIGN_OR_RETURN(profiles::ProfilePtr profile, co_await app.profiles.Get(options, person_id));
  if (!IsAboutProfile(CheckEligible(task, *profile, app.covers))) co_return profile;
  co_return co_await app.profiles.Newest(std::move(options), std::move(person_id));
}

}  // namespace baodao::dispatch
