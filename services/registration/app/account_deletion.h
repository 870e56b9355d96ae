// The end of an account whose deletion was asked for.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "services/registration/app/app.h"

namespace baodao::registration {

// That it will be deleted then (unset: not), to whom it concerns; and what has put that off.
void TellOfDeletion(const v1::PersonRecord& record, record::Transaction& transaction);

// The clock moves a person: they are reminded of their credentials, or their account is deleted,
// which is put off where something is open. One commit ends its registrations, withdraws what it
// has applied for, and erases it: until then it can be taken back with nothing lost. After it, its
// sessions end, and what it has written elsewhere and its phones are erased, again until all are.
Task<absl::Status> LapsePerson(App& app, record::Transaction& transaction,
                               record::Versioned<v1::PersonRecord> before);

}  // namespace baodao::registration
