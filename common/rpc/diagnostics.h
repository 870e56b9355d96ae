// baodao.diagnostics.v1: every service registers it.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <string>

#include "baodao/diagnostics/v1/diagnostics.pb.h"
#include "common/rpc/router.h"

namespace baodao::rpc {

class Diagnostics {
 public:
  // One full constant commit of the service's store; answers the record's new version. By value: it
  // is a coroutine.
  using CommitFunction = std::function<Task<absl::StatusOr<std::int64_t>>(
      CallContext context, std::string request_id, std::string key)>;

  // Without `commit`, Commit answers UNIMPLEMENTED.
  explicit Diagnostics(CommitFunction commit = nullptr) : commit_(std::move(commit)) {}

  // This object must outlive the server.
  void Register(Router& router);

  Task<absl::StatusOr<diagnostics::v1::EchoResponse>> Echo(CallContext context,
                                                           diagnostics::v1::EchoRequest request);
  Task<absl::Status> EchoStream(CallContext context, diagnostics::v1::EchoStreamRequest request,
                                Writer<diagnostics::v1::EchoStreamResponse>& writer);
  Task<absl::StatusOr<diagnostics::v1::CommitResponse>> Commit(
      CallContext context, diagnostics::v1::CommitRequest request);

 private:
  CommitFunction commit_;
};

}  // namespace baodao::rpc
