#include "common/service/key_watch.h"

#include <utility>

#include "common/log/log.h"
#include "common/service/secrets.h"

namespace baodao::service {
namespace {

constexpr Millis kEvery{5'000};

}  // namespace

void KeyWatch::Look() {
  absl::StatusOr<TokenKeys> keys = LoadTokenKeys(config_);
  std::string complaint = keys.ok() ? std::string() : std::string(keys.status().message());
  if (!keys.ok() && complaint != complaint_) log::Error("keys.not_taken", {{"why", complaint}});
  complaint_ = std::move(complaint);
  if (!keys.ok()) return;
  if (keys->verifying == verifier_.keys() && keys->signing == signer_.key()) return;
  log::Info("keys.taken", {{"signing", keys->signing.kid}, {"verifying", keys->verifying.size()}});
  verifier_.SetKeys(std::move(keys->verifying));
  signer_.SetKey(std::move(keys->signing));
  on_change_();
}

Task<void> KeyWatch::Run(Clock& clock) {
  for (;;) {
    co_await clock.SleepFor(kEvery);
    Look();
  }
}

}  // namespace baodao::service
