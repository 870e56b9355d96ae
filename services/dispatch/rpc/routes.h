// The services of dispatch that are functions of the application.
#pragma once

#include "common/rpc/router.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// `app` outlives the router.
void RegisterOnSite(App& app, rpc::Router& router);
void RegisterMessages(App& app, rpc::Router& router);
void RegisterRatings(App& app, rpc::Router& router);
void RegisterComplaints(App& app, rpc::Router& router);

}  // namespace baodao::dispatch
