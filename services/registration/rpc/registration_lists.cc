// Reading registrations.
#include <utility>
#include <vector>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/registration/rpc/reach.h"
#include "services/registration/rpc/registration_handlers.h"
#include "services/registration/store/pages.h"

namespace baodao::registration {
namespace {

constexpr int kStandardRegistrations = 20;
constexpr int kLargestRegistrations = 200;
// The registrations of one subject, ended ones too, that are listed: the newest.
constexpr int kMostOfSubject = 1000;

}  // namespace

RegistrationHandlers::Answer RegistrationHandlers::GetRegistration(
    rpc::CallContext, v1::GetRegistrationRequest request) {
  CO_ASSIGN_OR_RETURN(Loaded<v1::RegistrationRecord> loaded,
                      co_await LoadRegistration(env_.store, env_.keys, request.registration_id()));
  co_return std::move(*loaded.record.mutable_registration());
}

Task<absl::StatusOr<std::vector<v1::Registration>>> RegistrationHandlers::LoadAll(
    std::vector<std::string> ids) {
  std::vector<std::string> record_keys;
  record_keys.reserve(ids.size());
  for (const std::string& id : ids) record_keys.push_back(env_.keys.Registration(id));
  CO_ASSIGN_OR_RETURN(
      std::vector<Loaded<v1::RegistrationRecord>> records,
      co_await LoadMany<v1::RegistrationRecord>(env_.store, std::move(record_keys)));
  std::vector<v1::Registration> registrations;
  for (Loaded<v1::RegistrationRecord>& loaded : records) {
    if (loaded.exists()) registrations.push_back(std::move(*loaded.record.mutable_registration()));
  }
  co_return registrations;
}

Task<absl::StatusOr<v1::ListRegistrationsResponse>> RegistrationHandlers::ListRegistrations(
    rpc::CallContext context, v1::ListRegistrationsRequest request) {
  if (request.state() == v1::REGISTRATION_STATE_UNSPECIFIED) {
    request.set_state(v1::REGISTRATION_STATE_PENDING);
  }
  const std::string& area = request.area_code();
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(area));
  const paging::Query query = paging::QueryOf(env_.vault.ring(), context.method(), request);
  CO_ASSIGN_OR_RETURN(std::string after,
                      paging::Decode(request.page_token(), query, env_.clock.Now()));
  std::vector<std::string> indexes =
      IndexParts(*tree, area, env_.keys.shards(), [&](int shard, const std::string& code) {
        return env_.keys.RegistrationsAt(shard, request.state(), code);
      });
  const int size =
      paging::PageSize(request.page_size(), kStandardRegistrations, kLargestRegistrations);
  CO_ASSIGN_OR_RETURN(IdPage page,
                      co_await ReadPage(env_.store, std::move(indexes), std::move(after), size));
  CO_ASSIGN_OR_RETURN(std::vector<v1::Registration> registrations,
                      co_await LoadAll(std::move(page.ids)));
  v1::ListRegistrationsResponse response;
  for (v1::Registration& registration : registrations) {
    // One that moved on since the index was read belongs to another list now.
    if (registration.state() != request.state()) continue;
    if (tree->IsElsewhere(area, registration.area_code())) continue;
    *response.add_registrations() = std::move(registration);
  }
  if (!page.next.empty()) {
    response.set_next_page_token(paging::Encode(page.next, query, env_.clock.Now()));
  }
  co_return response;
}

Task<absl::StatusOr<v1::ListRegistrationsResponse>> RegistrationHandlers::ListSubjectRegistrations(
    rpc::CallContext context, v1::ListSubjectRegistrationsRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(env_.store, env_.keys, request.subject_id()));
  CO_RETURN_IF_ERROR(co_await CheckReach(env_, context, subject));
  // Ids of one shard sort by their creation.
  store::Store::Range newest_first;
  newest_first.reverse = true;
  newest_first.limit = kMostOfSubject;
  CO_ASSIGN_OR_RETURN(
      std::vector<store::ScoredMember> members,
      co_await env_.store.RangeIndex(env_.keys.RegistrationsOf(subject.id()), newest_first));
  std::vector<std::string> ids;
  ids.reserve(members.size());
  for (store::ScoredMember& found : members) ids.push_back(std::move(found.member));
  CO_ASSIGN_OR_RETURN(std::vector<v1::Registration> registrations,
                      co_await LoadAll(std::move(ids)));
  v1::ListRegistrationsResponse response;
  for (v1::Registration& registration : registrations) {
    *response.add_registrations() = std::move(registration);
  }
  co_return response;
}

}  // namespace baodao::registration
