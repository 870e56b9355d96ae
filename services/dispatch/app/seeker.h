// Somebody who looks for work, as this service knows them.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/rpc/call_options.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/domain/task_filter.h"

namespace baodao::dispatch {

// Their profile as it is held here. NOT_FOUND and PEER_UNAVAILABLE as ProfileCache::Get.
Task<absl::StatusOr<Seeker>> ReadSeeker(App& app, rpc::CallOptions options, std::string person_id);

}  // namespace baodao::dispatch
