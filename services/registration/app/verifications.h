// Applications for verification together with the person they are about, and what time does to
// both.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>

#include "common/async/task.h"
#include "common/rpc/context.h"
#include "services/registration/app/app.h"

namespace baodao::registration {

// The caller as somebody who verifies.
Verifier VerifierOf(const App& app, const rpc::CallContext& context);

// Whether the person speaks for the unit; false for no unit.
Task<absl::StatusOr<bool>> IsLiaison(App& app, std::string person_id, std::string unit_id);

// Moves an application that was just read, with its person. `edit` changes both besides; a refusal
// of it leaves all as it is.
using VerificationEdit =
    std::function<Task<absl::Status>(v1::Verification* verification, v1::PersonRecord* person)>;
Task<absl::StatusOr<v1::VerificationRecord>> Move(
    App& app, record::Transaction& transaction,
    const record::Versioned<v1::VerificationRecord>& before, VerificationEvent event,
    const VerificationEdit& edit = nullptr);

// Ends one that nobody answered in time.
Task<absl::Status> LapseVerification(App& app, record::Transaction& transaction,
                                     record::Versioned<v1::VerificationRecord> before);
// Reminds of the credentials that are about to expire.
Task<absl::Status> RemindOfCredentials(record::Transaction& transaction,
                                       record::Versioned<v1::PersonRecord> before);

// The event of a credential that was put on record, renewed or taken away.
events::v1::Event CredentialEvent(const std::string& person_id, v1::Credential credential,
                                  bool granted, const std::string& reason);

}  // namespace baodao::registration
