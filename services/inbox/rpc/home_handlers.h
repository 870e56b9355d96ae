// HomeService.
#pragma once

#include <absl/status/statusor.h>

#include <utility>

#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/inbox/app/home.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

class HomeHandlers {
 public:
  // `inbox` and `clock` outlive the handlers.
  HomeHandlers(InboxStore& inbox, HomeSources sources, Clock& clock)
      : inbox_(inbox), sources_(std::move(sources)), clock_(clock) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::Home>> GetHome(rpc::CallContext context, v1::GetHomeRequest request);

 private:
  InboxStore& inbox_;
  HomeSources sources_;
  Clock& clock_;
};

}  // namespace baodao::inbox
