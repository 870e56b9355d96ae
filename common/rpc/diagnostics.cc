#include "common/rpc/diagnostics.h"

#include <utility>

#include "common/status/status.h"

namespace baodao::rpc {

using diagnostics::v1::CommitRequest;
using diagnostics::v1::CommitResponse;
using diagnostics::v1::EchoRequest;
using diagnostics::v1::EchoResponse;
using diagnostics::v1::EchoStreamRequest;
using diagnostics::v1::EchoStreamResponse;

void Diagnostics::Register(Router& router) {
  router.Unary("baodao.diagnostics.v1.DiagnosticsService/Echo", this, &Diagnostics::Echo);
  router.Stream("baodao.diagnostics.v1.DiagnosticsService/EchoStream", this,
                &Diagnostics::EchoStream);
  router.Unary("baodao.diagnostics.v1.DiagnosticsService/Commit", this, &Diagnostics::Commit);
}

Task<absl::StatusOr<EchoResponse>> Diagnostics::Echo(CallContext context, EchoRequest request) {
  if (request.delay_ms() > 0) co_await SystemClock().SleepFor(Millis(request.delay_ms()));
  EchoResponse response;
  response.set_message(std::move(*request.mutable_message()));
  const std::string_view trace = context.trace_id();
  response.set_trace_id(trace.data(), trace.size());
  response.set_caller(context.caller().person_id);
  co_return response;
}

Task<absl::Status> Diagnostics::EchoStream(CallContext, EchoStreamRequest request,
                                           Writer<EchoStreamResponse>& writer) {
  EchoStreamResponse response;
  response.set_message(std::move(*request.mutable_message()));
  for (int number = 1; number <= request.count(); ++number) {
    if (!co_await writer.Wait(Millis(request.interval_ms()))) break;
    response.set_number(number);
    if (!co_await writer.Write(response)) break;
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<CommitResponse>> Diagnostics::Commit(CallContext context,
                                                         CommitRequest request) {
  if (!commit_) co_return Refuse(Reason::UNIMPLEMENTED_METHOD);
  absl::StatusOr<std::int64_t> version =
      co_await commit_(std::move(context), request.request_id(), request.key());
  if (!version.ok()) co_return std::move(version).status();
  CommitResponse response;
  response.set_version(*version);
  co_return response;
}

}  // namespace baodao::rpc
