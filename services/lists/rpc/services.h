// All RPCs of lists.
#pragma once

#include "common/rpc/router.h"
#include "services/lists/rpc/match_handlers.h"
#include "services/lists/rpc/need_handlers.h"
#include "services/lists/rpc/project_handlers.h"
#include "services/lists/rpc/publications.h"
#include "services/lists/rpc/resource_handlers.h"

namespace baodao::lists {

class Services {
 public:
  explicit Services(Deps deps);
  // The handlers must outlive the server.
  void Register(rpc::Router* router);
  Publications& publications() { return publications_; }

 private:
  Publications publications_;
  Cancellations cancellations_;
  NeedHandlers needs_;
  ResourceHandlers resources_;
  ProjectHandlers projects_;
  MatchHandlers matches_;
};

}  // namespace baodao::lists
