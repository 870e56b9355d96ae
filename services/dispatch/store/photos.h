// Photos of service: a hash beside its task, which ends with it. Each person's are sealed.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "baodao/dispatch/v1/on_site.pb.h"
#include "common/async/task.h"
#include "common/crypto/key_ring.h"
#include "common/store/store.h"
#include "services/dispatch/store/keys.h"

namespace baodao::dispatch {

// In place of what the person had given; without photos nothing is kept.
void PutPhotos(const DispatchKeys& keys, const crypto::KeyRing& ring,
               const v1::ServicePhotos& photos, store::Commit* commit);

// In the order of the people's ids. Everything handed in outlives it.
Task<absl::StatusOr<std::vector<v1::ServicePhotos>>> ReadPhotos(store::Store& store,
                                                                const DispatchKeys& keys,
                                                                const crypto::KeyRing& ring,
                                                                std::string task_id);

}  // namespace baodao::dispatch
