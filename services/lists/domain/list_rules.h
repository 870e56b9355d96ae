// What may be done with resources and projects.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/project.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

// The resource asked for, LISTED, without id, as everybody may see it: exactly where a person's is
// is kept sealed (store/details.h). Refusals name the field.
absl::StatusOr<v1::Resource> NewResource(const v1::CreateResourceRequest& request,
                                         const std::string& owner_id, Time now);
// Where a person lives is nobody's business: the place of their resource is rounded to about 100 m.
// A unit is found at its exact address.
v1::Resource PublicView(v1::Resource resource);
bool IsOfPerson(const v1::Resource& resource);
// LISTED → WITHDRAWN.
absl::Status Withdraw(v1::Resource* resource, Time now);
// Whether needs may be linked with it now; WRONG_STATE otherwise.
absl::Status CheckLinkable(const v1::Resource& resource);

// The project asked for, PROPOSED, without id.
v1::Project NewProject(const v1::CreateProjectRequest& request, const std::string& proposer_id,
                       Time now);
absl::Status Approve(v1::Project* project, const std::string& comment, Time now);
// Starts the campaign clock. PROJECT_ALREADY_CLAIMED once some unit has it.
absl::Status Claim(v1::Project* project, const std::string& unit_id, const std::string& liaison_id,
                   Time now);
absl::Status Start(v1::Project* project, const std::string& comment, Time now);
absl::Status Complete(v1::Project* project, const std::string& comment, Time now);
// OWN_SERVICE when the evaluator claimed it for their unit.
absl::Status Evaluate(v1::Project* project, int rating, const std::string& comment,
                      const std::string& evaluator_id, Time now);
// Approved and not yet completed; WRONG_STATE otherwise.
absl::Status CheckLinkable(const v1::Project& project);

}  // namespace baodao::lists
