#include "common/metrics/rpc_metrics.h"

namespace baodao::metrics {
namespace {

constexpr Spec kStarted{"grpc_server_started_total",
                        Type::kCounter,
                        "RPCs started.",
                        {"grpc_type", "grpc_service", "grpc_method"}};
constexpr Spec kHandled{"grpc_server_handled_total",
                        Type::kCounter,
                        "RPCs ended, whatever their outcome.",
                        {"grpc_type", "grpc_service", "grpc_method", "grpc_code"}};
constexpr Spec kHandlingSeconds{"grpc_server_handling_seconds",
                                Type::kHistogram,
                                "From an RPC's arrival to its end.",
                                {"grpc_type", "grpc_service", "grpc_method"}};
constexpr Spec kOverloaded{"baodao_rpc_overloaded_total",
                           Type::kCounter,
                           "RPCs answered OVERLOADED, by this service or one that it asked.",
                           {"grpc_type", "grpc_service", "grpc_method"}};

// As other languages' gRPC middleware spells them, so that common dashboards work.
constexpr std::array<const char*, 17> kCodes = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

size_t Index(grpc::StatusCode code) {
  const auto number = static_cast<size_t>(code);
  return number < kCodes.size() ? number : static_cast<size_t>(grpc::StatusCode::UNKNOWN);
}

}  // namespace

void RpcMetrics::Method::Handled(grpc::StatusCode code, double seconds) {
  handled_[Index(code)]->Increment();
  seconds_->Observe(seconds);
}

RpcMetrics::Method* RpcMetrics::Add(const std::string& type, const std::string& service,
                                    const std::string& method) {
  Method& entry = methods_.emplace_back();
  entry.started_ = registry_.CounterOf(kStarted, {type, service, method});
  entry.seconds_ = registry_.HistogramOf(kHandlingSeconds, {type, service, method});
  entry.overloaded_ = registry_.CounterOf(kOverloaded, {type, service, method});
  // All codes now, at zero: a rate over a series that appears with its first error misses that one.
  for (size_t code = 0; code < kCodes.size(); ++code) {
    entry.handled_[code] = registry_.CounterOf(kHandled, {type, service, method, kCodes[code]});
  }
  return &entry;
}

}  // namespace baodao::metrics
