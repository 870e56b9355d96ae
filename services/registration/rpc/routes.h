// All RPCs of registration.
#pragma once

#include "common/rpc/rate_limit.h"
#include "common/rpc/router.h"
#include "services/registration/app/app.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {

void RegisterAreas(App& app, rpc::Router& router);
void RegisterUnits(App& app, rpc::Router& router);
void RegisterUnitLiaisons(App& app, rpc::Router& router);
void RegisterUnitMembers(App& app, rpc::Router& router);
void RegisterServicePoints(App& app, rpc::Router& router);
void RegisterPeople(App& app, rpc::Router& router);
void RegisterCredentials(App& app, rpc::Router& router);
void RegisterVerifications(App& app, rpc::Router& router);
void RegisterRegistrations(App& app, rpc::Router& router);
void RegisterNewRegistrations(App& app, rpc::Router& router);
void RegisterRoles(App& app, rpc::Router& router);
void RegisterAccounts(App& app, rpc::Router& router);
void RegisterAccountDeletion(App& app, rpc::Router& router);
void RegisterConsents(App& app, rpc::Router& router);
void RegisterVocabulary(App& app, rpc::Router& router);

// The handlers of every service of registration. `app` outlives them.
class Handlers {
 public:
  explicit Handlers(App& app);

  void Register(rpc::Router& router);

 private:
  App& app_;
  SessionHandlers sessions_;
};

// Logins come without a token, and behind an edge that names no clients (x-real-ip) all from one
// address: they get buckets of their own, of `per_second` calls. Phones and addresses have limits
// in the store besides.
void LimitLogins(double per_second, rpc::RateLimits* limits);
// People do these now and then, and each costs a commit, indexes and an event: the common bucket
// would let one person fill the store.
void LimitWrites(rpc::RateLimits* limits);

}  // namespace baodao::registration
