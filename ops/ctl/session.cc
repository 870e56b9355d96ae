#include "ops/ctl/session.h"

#include <cstdlib>
#include <optional>

#include "common/ids/ids.h"
#include "ops/ctl/app.h"

namespace baodao::ctl {
namespace {

std::optional<rpc::TlsFiles> TlsOf(const Globals& globals) {
  if (globals.tls.ca.empty()) return std::nullopt;
  return globals.tls;
}

}  // namespace

Session::Session(asio::io_context& loop, const Globals& globals, std::string token,
                 std::ostream& out)
    : backend(loop, globals.host, globals.port_base, TlsOf(globals)),
      out(out, globals.json),
      loop_(loop),
      globals_(globals),
      token_(std::move(token)) {}

rpc::Channel& Session::ChannelTo(std::string_view service) {
  if (service == "registration") return backend.registration;
  if (service == "lists") return backend.lists;
  if (service == "dispatch") return backend.dispatch;
  if (service == "matching") return backend.matching;
  if (service == "inbox") return backend.inbox;
  if (service == "records") return backend.records;
  std::abort();
}

rpc::CallOptions Session::Options() const {
  rpc::CallOptions options = rpc::CallOptions::As(token_);
  options.timeout = std::chrono::seconds(globals_.timeout_s);
  options.language = std::string(LocaleName(LocaleOfUser(globals_.language)));
  return options;
}

std::string NewRequestId() { return ids::New("ctl", 0); }

}  // namespace baodao::ctl
