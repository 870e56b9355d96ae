#include "common/rpc/detail/grpc_setup.h"

#include <absl/synchronization/mutex.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <mutex>
#include <string>

#include "common/log/log.h"

namespace baodao::rpc::detail {
namespace {

// A client hears itself what it sent wrong: it must not fill our log.
void LogProtobuf(google::protobuf::LogLevel level, const char*, int, const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL) {
    log::Error("protobuf.fatal", {{"message", message}});
  } else {
    log::Debug("protobuf.complaint", {{"message", message}});
  }
}

}  // namespace

void SetUpGrpc() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Debian's abseil is built to look for lock cycles, on every lock gRPC takes: 4 % of an echo's
    // CPU.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    google::protobuf::SetLogHandler(LogProtobuf);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace baodao::rpc::detail
