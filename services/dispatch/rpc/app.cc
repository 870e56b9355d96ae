#include "services/dispatch/rpc/app.h"

#include <utility>

#include "common/crypto/random.h"

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

}  // namespace baodao::dispatch
