#pragma once

namespace baodao::rpc::detail {

// Process-wide switches of gRPC and its libraries, thrown once, before the first server or channel.
// Any thread.
void SetUpGrpc();

}  // namespace baodao::rpc::detail
