// Complaints: their words at rest, and who answers them.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/app/app.h"
#include "services/dispatch/domain/complaint.h"

namespace baodao::dispatch {

// The words of a record that has its id, sealed in it.
void SealWords(const crypto::KeyRing& ring, const v1::ComplaintWords& words,
               v1::ComplaintRecord* record);
absl::StatusOr<v1::ComplaintWords> OpenWords(const crypto::KeyRing& ring,
                                             const v1::ComplaintRecord& record);
// With its words; PERMISSION_DENIED for the person complained of, whatever role they hold.
absl::StatusOr<v1::Complaint> ShowComplaint(const crypto::KeyRing& ring,
                                            const auth::Principal& caller,
                                            v1::ComplaintRecord record);

// The area whose coordinators answer a complaint of a task in `task_area`: that, or one above where
// the person complained of answers for it. Asks registration where there is such a person.
Task<absl::StatusOr<std::string>> AreaFor(App& app, rpc::CallOptions options, std::string task_area,
                                          std::string about_person_id);

}  // namespace baodao::dispatch
