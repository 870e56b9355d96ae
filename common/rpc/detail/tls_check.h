// Whether TLS files are of use together, which gRPC tells only whoever serves with them.
#pragma once

#include <absl/status/status.h>

#include "common/rpc/tls.h"

namespace baodao::rpc::detail {

// INVALID_ARGUMENT where a server cannot be started with them: the key is of another certificate,
// or what they hold is none.
absl::Status CheckServes(const TlsFiles& files);

}  // namespace baodao::rpc::detail
