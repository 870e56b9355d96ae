// A person changes the phone they sign in with. Person and phone lie in different shards, so it is
// no single commit: the person first says which phone it is to be, then the phone names the person,
// then it is put in force. Whatever ends in between leaves a person who signs in with the old
// phone, and a new one that is free again after kPhoneChange.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "services/registration/app/app.h"

namespace baodao::registration {

// The first two steps; ChangePhone puts the phone in force. PHONE_TAKEN.
Task<absl::Status> ReservePhone(App& app, record::Origin origin, std::string person_id,
                                std::string phone_hash);
// A phone names the person no more whom it named, unless they sign in with it.
Task<absl::Status> FreePhone(App& app, record::Origin origin, std::string person_id,
                             std::string phone_hash);

}  // namespace baodao::registration
