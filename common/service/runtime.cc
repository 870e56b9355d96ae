#include "common/service/runtime.h"

#include <asio/co_spawn.hpp>
#include <exception>
#include <string>
#include <utility>

#include "common/log/log.h"
#include "common/rpc/detail/tls_check.h"
#include "common/status/macros.h"

namespace baodao::service {
namespace {

constexpr Millis kStopStep{10};
constexpr int kStopSteps = 500;

}  // namespace

Runtime::Runtime(asio::io_context& loop, const config::Config& config, metrics::Registry& metrics,
                 redis::Client& redis, store::Store& store, const crypto::KeyRing& key_ring,
                 const auth::Signer& signer, rpc::Router& router, auth::ServiceToken& token)
    : loop(loop),
      config(config),
      clock(SystemClock()),
      metrics(metrics),
      redis(redis),
      store(store),
      key_ring(key_ring),
      signer(signer),
      router(router),
      token_(token) {}

rpc::Channel& Runtime::ChannelTo(std::string_view service) {
  auto found = channels_.find(service);
  if (found == channels_.end()) {
    rpc::ChannelOptions options;
    options.target = config.Str("peer_" + std::string(service));
    options.tls = TlsOf(config);
    options.tokens = &token_;
    found = channels_.emplace(service, std::make_unique<rpc::Channel>(loop, options)).first;
  }
  return *found->second;
}

void Runtime::Spawn(std::string name, Task<void> worker) {
  auto ended = [this, name = std::move(name)](std::exception_ptr error) {
    --live_workers_;
    if (stopping_) return;
    std::string why = "it returned";
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& e) {
      why = e.what();
    }
    fatal_("worker " + name + " ended: " + why);
  };
  ++live_workers_;
  asio::co_spawn(loop, std::move(worker), asio::bind_cancellation_slot(Slot(), std::move(ended)));
}

asio::cancellation_slot Runtime::Slot() {
  cancellations_.push_back(std::make_unique<asio::cancellation_signal>());
  return cancellations_.back()->slot();
}

Task<void> Runtime::Stop() {
  stopping_ = true;
  for (auto stop = stops_.rbegin(); stop != stops_.rend(); ++stop) (*stop)();
  for (auto& signal : cancellations_) signal->emit(asio::cancellation_type::terminal);
  // A worker in the middle of a commit ends when that is answered; one that hangs is reported and
  // left behind.
  for (int i = 0; live_workers_ > 0 && i < kStopSteps; ++i)
    co_await SystemClock().SleepFor(kStopStep);
  if (live_workers_ > 0) log::Warn("service.workers_left", {{"workers", live_workers_}});
}

absl::Status CheckTls(const config::Config& config) {
  const std::optional<rpc::TlsFiles> files = TlsOf(config);
  if (!files) return absl::OkStatus();
  RETURN_IF_ERROR(rpc::ClientTls(*files).status());
  return rpc::detail::CheckServes(*files);
}

std::optional<rpc::TlsFiles> TlsOf(const config::Config& config) {
  if (config.Str("tls_cert").empty()) return std::nullopt;
  return rpc::TlsFiles{config.Str("tls_cert"), config.Str("tls_key"), config.Str("tls_ca")};
}

}  // namespace baodao::service
