// All RPCs of lists.
#pragma once

#include "common/rpc/router.h"
#include "services/lists/rpc/match_handlers.h"
#include "services/lists/rpc/need_handlers.h"
#include "services/lists/rpc/project_handlers.h"
#include "services/lists/rpc/resource_handlers.h"

namespace baodao::lists {

// Outlives the server.
class Services {
 public:
  Services(App& app, Publications& publications);
  void Register(rpc::Router& router);

 private:
  Cancellations cancellations_;
  NeedHandlers needs_;
  ResourceHandlers resources_;
  ProjectHandlers projects_;
  MatchHandlers matches_;
};

}  // namespace baodao::lists
