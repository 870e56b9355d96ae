// Commands on their way through a cluster. Internal to common/redis.
#pragma once

#include <memory>
#include <vector>

#include "common/redis/core.h"
#include "common/redis/nodes.h"

namespace baodao::redis {

// One command, sent to whoever serves its slot: follows MOVED and ASK, waits out TRYAGAIN,
// CLUSTERDOWN and short outages.
Task<absl::StatusOr<Reply>> CallSlot(std::shared_ptr<Core> core, std::shared_ptr<Nodes> nodes,
                                     const Command& command, Instant start, Instant deadline);

// All at once to `targets`, one for each command; what a redirect or an outage kept from being done
// is then tried one by one, unless `stay` forbids to go elsewhere.
Task<std::vector<absl::StatusOr<Reply>>> CallSpread(std::shared_ptr<Core> core,
                                                    std::shared_ptr<Nodes> nodes,
                                                    std::vector<Command> commands,
                                                    std::vector<std::shared_ptr<Node>> targets,
                                                    bool stay, Options options);

}  // namespace baodao::redis
