// The application: everything that handlers and workers of registration share.
#pragma once

#include "common/auth/tokens.h"
#include "common/clock/clock.h"
#include "common/record/repository.h"
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

  store::Store& store() const { return records.store(); }
};

// Tells the repository what registration keeps. `app` outlives it.
void AddRecords(App& app);

}  // namespace baodao::registration
