// The one place where refusals become gRPC statuses, and back.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include "common/status/status.h"

namespace baodao {

// A gRPC status whose binary details are a google.rpc.Status with ErrorInfo (domain "baodao"),
// LocalizedMessage, and BadRequest and RetryInfo where they apply. Its message is the English text.
// Statuses that are no refusal become INTERNAL, STORE_UNAVAILABLE, DEADLINE_EXCEEDED,
// CALL_CANCELLED or CONFLICT_RETRY by their code; their own text is not sent.
grpc::Status ToGrpc(const absl::Status& status, Locale locale);

// The refusal a peer sent, with reason, metadata, violations and retry delay. A failure without our
// details is PEER_UNAVAILABLE, DEADLINE_EXCEEDED or CALL_CANCELLED by its code, or else a plain
// status (which ToGrpc will report as INTERNAL).
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace baodao
