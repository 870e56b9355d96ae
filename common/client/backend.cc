#include "common/client/backend.h"

namespace baodao::client {
namespace {

rpc::ChannelOptions At(const std::string& host, int port) {
  rpc::ChannelOptions options;
  options.target = host + ":" + std::to_string(port);
  options.timeout = Millis(15'000);
  return options;
}

}  // namespace

Backend::Backend(asio::io_context& loop, const std::string& host, int port_base)
    : registration(loop, At(host, port_base + kRegistrationPort)),
      lists(loop, At(host, port_base + kListsPort)),
      dispatch(loop, At(host, port_base + kDispatchPort)),
      matching(loop, At(host, port_base + kMatchingPort)),
      inbox(loop, At(host, port_base + kInboxPort)) {}

}  // namespace baodao::client
