// Paths of PEM files. With `ca` both sides show certificates (mTLS).
#pragma once

#include <absl/status/statusor.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

namespace baodao::rpc {

struct TlsFiles {
  std::string certificate;
  std::string key;
  // Servers: who may connect; empty asks for no client certificate. Clients: whom to trust;
  // required.
  std::string ca;
};

// Reads the files now; an unreadable one is INVALID_ARGUMENT naming it.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerTls(const TlsFiles& files);
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientTls(const TlsFiles& files);

}  // namespace baodao::rpc
