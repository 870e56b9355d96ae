// How a call to another service failed, for whoever made it.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <string>

namespace baodao::rpc::detail {

// As FromGrpc; but where the call carried this service's own token (`trusted_by` is the peer then)
// and that was refused, PEER_UNAVAILABLE, and an error in the log.
absl::Status PeerError(const std::string& trusted_by, const grpc::Status& status);

}  // namespace baodao::rpc::detail
