// Accounts that are to be deleted, and what lists drops of those that were.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/obligation.pb.h"
#include "services/lists/app/app.h"

namespace baodao::lists {

// The types of which something of the person's is not over.
Task<absl::StatusOr<v1::Obligations>> ObligationsOf(App& app, std::string person_id);

// Erases what is private in everything that was the person's, and lets no token that is left bring
// in more. Begun again, it goes on with what is left.
Task<absl::Status> EraseAccount(App& app, std::string person_id, record::Origin origin);

}  // namespace baodao::lists
