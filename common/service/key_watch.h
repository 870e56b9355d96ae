// Keys of tokens that an operator replaces while the service runs.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/auth/tokens.h"
#include "common/clock/clock.h"
#include "common/config/config.h"

namespace baodao::service {

// Loop thread only.
class KeyWatch {
 public:
  // `on_change` is called after the verifier and the signer have taken other keys. All arguments
  // outlive the watch.
  KeyWatch(const config::Config& config, auth::TokenVerifier& verifier, auth::Signer& signer,
           std::function<void()> on_change)
      : config_(config), verifier_(verifier), signer_(signer), on_change_(std::move(on_change)) {}

  // Reads the key files and takes over what differs. Files that do not fit each other, as in the
  // middle of a replacement, change nothing; the log says so, once.
  void Look();
  // Looks every few seconds, until it is cancelled.
  Task<void> Run(Clock& clock);

 private:
  const config::Config& config_;
  auth::TokenVerifier& verifier_;
  auth::Signer& signer_;
  std::function<void()> on_change_;
  std::string complaint_;  // what the last look failed with
};

}  // namespace baodao::service
