// All RPCs of lists. `app` and what else is given outlive the server.
#pragma once

#include "common/rpc/router.h"
#include "services/lists/rpc/need_handlers.h"

namespace baodao::lists {

void RegisterResources(App& app, rpc::Router& router);
void RegisterProjects(App& app, rpc::Router& router);
void RegisterMatches(App& app, rpc::Router& router);

class Services {
 public:
  Services(App& app, Publications& publications)
      : app_(app), cancellations_(app, publications), needs_(app, publications, cancellations_) {}
  void Register(rpc::Router& router) {
    needs_.Register(router);
    RegisterResources(app_, router);
    RegisterProjects(app_, router);
    RegisterMatches(app_, router);
  }

 private:
  App& app_;
  Cancellations cancellations_;
  NeedHandlers needs_;
};

}  // namespace baodao::lists
