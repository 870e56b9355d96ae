// Reading registrations.
#include <utility>

#include "common/status/macros.h"
#include "services/registration/app/reach.h"
#include "services/registration/rpc/registration_handlers.h"

namespace baodao::registration {

RegistrationHandlers::Answer RegistrationHandlers::GetRegistration(
    rpc::CallContext context, v1::GetRegistrationRequest request) {
  CO_ASSIGN_OR_RETURN(
      auto loaded, co_await app_.records.Load(context, kRegistration, request.registration_id()));
  co_return std::move(*loaded.record.mutable_registration());
}

template <class Request>
Task<absl::StatusOr<v1::ListRegistrationsResponse>> RegistrationHandlers::ListFrom(
    rpc::CallContext context, const Request& request, record::PageQuery query) {
  const auto show = [](v1::ListRegistrationsResponse* response,
                       record::Versioned<v1::RegistrationRecord> found) {
    *response->add_registrations() = std::move(*found.record.mutable_registration());
    return absl::OkStatus();
  };
  co_return co_await app_.records.List<v1::ListRegistrationsResponse, v1::RegistrationRecord>(
      context, kRegistration, request, std::move(query), show);
}

Task<absl::StatusOr<v1::ListRegistrationsResponse>> RegistrationHandlers::ListRegistrations(
    rpc::CallContext context, v1::ListRegistrationsRequest request) {
  CO_RETURN_IF_ERROR((co_await app_.areas.TreeWith(request.area_code())).status());
  record::PageQuery query =
      app_.records.InArea(kRegistration, request.area_code(), request.states());
  query.newest_first = false;
  co_return co_await ListFrom(context, request, std::move(query));
}

Task<absl::StatusOr<v1::ListRegistrationsResponse>> RegistrationHandlers::ListSubjectRegistrations(
    rpc::CallContext context, v1::ListSubjectRegistrationsRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(app_.records, request.subject_id()));
  CO_RETURN_IF_ERROR(co_await CheckReach(app_, context, subject));
  co_return co_await ListFrom(context, request,
                              app_.records.Of(kRegistration, subject.id(), request.states()));
}

}  // namespace baodao::registration
