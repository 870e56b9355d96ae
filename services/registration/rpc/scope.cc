#include "services/registration/rpc/scope.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/moves.h"
#include "services/registration/store/subject.h"

namespace baodao::registration {

Task<absl::StatusOr<rpc::Scope>> ResolveScope(store::Store& store, std::string resource_id) {
  const RecordKeys keys(store.keys());
  rpc::Scope scope;
  std::string subject_id = resource_id;
  if (resource_id.starts_with("reg_")) {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::RegistrationRecord> loaded,
                        co_await LoadRegistration(store, keys, resource_id));
    scope.area_code = loaded.record.registration().area_code();
    subject_id = loaded.record.registration().subject_id();
  }
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(store, keys, std::move(subject_id)));
  if (!subject.speaker().empty()) scope.owner_ids.push_back(subject.speaker());
  if (!scope.area_code.empty()) co_return scope;
  if (subject.is_unit()) {
    scope.area_code = subject.area_code();
    co_return scope;
  }
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(store, keys));
  for (const v1::Registration& registration : live) {
    scope.more_area_codes.push_back(registration.area_code());
  }
  for (std::string& area : subject.CredentialAreas()) {
    scope.more_area_codes.push_back(std::move(area));
  }
  co_return scope;
}

}  // namespace baodao::registration
