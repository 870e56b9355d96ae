#include "ops/ctl/owners.h"

namespace baodao::ctl {

template <class Service, class Req, class Resp>
Task<absl::Status> Owners::Pages(rpc::Client<Service>& client,
                                 rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                 Req request, Use<Resp> use) {
  do {
    CO_ASSIGN_OR_RETURN(Resp page, co_await Call(client, method, request));
    request.set_page_token(page.next_page_token());
    CO_RETURN_IF_ERROR(co_await use(std::move(page)));
  } while (!request.page_token().empty());
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<std::string>>> Owners::Roots() {
  std::vector<std::string> roots;
  registration::v1::ListAreasRequest request;
  request.set_page_size(1'000);
  const Use<registration::v1::ListAreasResponse> add =
      [&roots](registration::v1::ListAreasResponse page) -> Task<absl::Status> {
    for (const registration::v1::Area& area : page.areas()) roots.push_back(area.code());
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(
      co_await Pages(session_.backend.areas, &client::Areas::ListAreas, request, add));
  co_return roots;
}

template <class Service, class Req, class Resp>
Task<absl::Status> Owners::OfRoots(
    rpc::Client<Service>& client, rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
    Use<Resp> use) {
  CO_ASSIGN_OR_RETURN(const std::vector<std::string> roots, co_await Roots());
  for (const std::string& root : roots) {
    Req request;
    request.set_area_code(root);
    request.set_page_size(200);
    CO_RETURN_IF_ERROR(co_await Pages(client, method, request, use));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Owners::Tasks(Use<dispatch::v1::ListTasksResponse> use) {
  co_return co_await OfRoots(session_.backend.tasks, &client::Tasks::ListTasks, use);
}

Task<absl::Status> Owners::Assignments(std::string task_id,
                                       Use<dispatch::v1::ListTaskAssignmentsResponse> use) {
  dispatch::v1::ListTaskAssignmentsRequest request;
  request.set_task_id(std::move(task_id));
  co_return co_await Pages(session_.backend.assignments, &client::Assignments::ListTaskAssignments,
                           request, use);
}

Task<absl::Status> Owners::Entries(std::string person_id,
                                   Use<dispatch::v1::ListLedgerEntriesResponse> use) {
  dispatch::v1::ListLedgerEntriesRequest request;
  request.set_person_id(std::move(person_id));
  request.set_page_size(200);
  co_return co_await Pages(session_.backend.ledger, &client::Ledger::ListLedgerEntries, request,
                           use);
}

Task<absl::Status> Owners::Needs(Use<lists::v1::ListNeedsResponse> use) {
  co_return co_await OfRoots(session_.backend.needs, &client::Needs::ListNeeds, use);
}

Task<absl::Status> Owners::Units(Use<registration::v1::ListUnitsResponse> use) {
  co_return co_await OfRoots(session_.backend.units, &client::Units::ListUnits, use);
}

Task<absl::Status> Owners::Registrations(Use<registration::v1::ListRegistrationsResponse> use) {
  co_return co_await OfRoots(session_.backend.registrations,
                             &client::Registrations::ListRegistrations, use);
}

// Until there is no shard of that number.
Task<absl::Status> Owners::Profiles(Use<registration::v1::ListProfilesResponse> use,
                                    bool with_search_terms) {
  for (int shard = 0;; ++shard) {
    registration::v1::ListProfilesRequest request;
    request.set_shard(shard);
    request.set_with_search_terms(with_search_terms);
    const absl::Status read =
        co_await Pages(session_.backend.people, &client::People::ListProfiles, request, use);
    if (shard > 0 && Is(read, Reason::INVALID_ARGUMENT_FIELDS)) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(read);
  }
}

}  // namespace baodao::ctl
