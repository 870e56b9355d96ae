#include "common/client/backend.h"

namespace baodao::client {
namespace {

rpc::ChannelOptions At(const std::string& host, int port, const std::optional<rpc::TlsFiles>& tls) {
  rpc::ChannelOptions options;
  options.tls = tls;
  options.target = host + ":" + std::to_string(port);
  options.timeout = Millis(15'000);
  return options;
}

}  // namespace

Backend::Backend(asio::io_context& loop, const std::string& host, int port_base,
                 const std::optional<rpc::TlsFiles>& tls)
    : registration(loop, At(host, port_base + kRegistrationPort, tls)),
      lists(loop, At(host, port_base + kListsPort, tls)),
      dispatch(loop, At(host, port_base + kDispatchPort, tls)),
      matching(loop, At(host, port_base + kMatchingPort, tls)),
      inbox(loop, At(host, port_base + kInboxPort, tls)),
      records(loop, At(host, port_base + kRecordsPort, tls)) {}

}  // namespace baodao::client
