// All RPCs of lists. `app` and what else is given outlive the server.
#pragma once

#include "common/rpc/router.h"
#include "services/lists/app/cancellations.h"
#include "services/lists/app/publications.h"

namespace baodao::lists {

void RegisterNeeds(App& app, Publications& publications, Cancellations& cancellations,
                   rpc::Router& router);
void RegisterNeedSeries(App& app, rpc::Router& router);
void RegisterResources(App& app, rpc::Router& router);
void RegisterBookings(App& app, rpc::Router& router);
void RegisterSlots(App& app, rpc::Router& router);
void RegisterProjects(App& app, rpc::Router& router);
void RegisterMatches(App& app, rpc::Router& router);
void RegisterObligations(App& app, rpc::Router& router);

class Services {
 public:
  Services(App& app, Publications& publications)
      : app_(app), publications_(publications), cancellations_(app, publications) {}
  void Register(rpc::Router& router) {
    RegisterNeeds(app_, publications_, cancellations_, router);
    RegisterNeedSeries(app_, router);
    RegisterResources(app_, router);
    RegisterBookings(app_, router);
    RegisterSlots(app_, router);
    RegisterProjects(app_, router);
    RegisterMatches(app_, router);
    RegisterObligations(app_, router);
  }

 private:
  App& app_;
  Publications& publications_;
  Cancellations cancellations_;
};

}  // namespace baodao::lists
