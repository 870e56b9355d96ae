// The application: everything that handlers and workers of registration share.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "baodao/registration/v1/account.pb.h"
#include "common/auth/tokens.h"
#include "common/clock/clock.h"
#include "common/record/repository.h"
#include "common/rpc/call_options.h"
#include "common/rpc/context.h"
#include "common/store/store.h"
#include "services/registration/app/area_book.h"
#include "services/registration/app/code_sender.h"
#include "services/registration/app/metrics.h"
#include "services/registration/app/vault.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/records.h"

namespace baodao::registration {

// How often login codes may be asked for and tried.
struct LoginLimits {
  Millis code_interval{60'000};  // of one phone for one address, and for each known device
  int codes_per_day = 10;        // likewise for all addresses, half of them for one
  // Requests for codes and logins of one network address: what a trusted proxy (the TLS edge) says,
  // else the peer's. Loopback is not counted: only this machine itself calls from there.
  int address_per_hour = 600;
};

// The obligations of a person in other services, by the names of terms.def.
using AskObligations = std::function<Task<absl::StatusOr<std::vector<std::string>>>(
    rpc::CallOptions options, std::string person_id)>;

// Everything referred to outlives the handlers.
struct App {
  record::Repository& records;
  Clock& clock;
  RegistrationKeys keys;
  Vault vault;
  AreaBook& areas;
  const auth::Signer& signer;
  CodeSender& sender;
  Metrics& metrics;
  LoginLimits limits;
  AskObligations obligations_elsewhere = {};
  v1::PrivacyTerms privacy_terms = {};

  store::Store& store() const { return records.store(); }
};

// Whether the person may bring in something private: CONSENT_REQUIRED; ACCOUNT_CLOSING where it
// would outlive the account.
absl::Status CheckMayBringIn(const App& app, const v1::Person& person);

// Tells the repository what registration keeps. `app` outlives it.
void AddRecords(App& app);

}  // namespace baodao::registration
