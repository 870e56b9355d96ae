// Everything the owners have, page by page.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ops/ctl/session.h"

namespace baodao::ctl {

// Calls as a service: the balances of others are for services alone. The walks below hand each page
// to `use` and end with the first error; of what changes meanwhile they may see either state.
class Owners {
 public:
  template <class Page>
  using Use = std::function<Task<absl::Status>(Page page)>;

  Owners(Session& session, std::string token) : session_(session), token_(std::move(token)) {}

  Task<absl::Status> Tasks(Use<dispatch::v1::ListTasksResponse> use);
  Task<absl::Status> Assignments(std::string task_id,
                                 Use<dispatch::v1::ListTaskAssignmentsResponse> use);
  Task<absl::Status> Entries(std::string person_id,
                             Use<dispatch::v1::ListLedgerEntriesResponse> use);
  Task<absl::Status> Needs(Use<lists::v1::ListNeedsResponse> use);
  Task<absl::Status> Units(Use<registration::v1::ListUnitsResponse> use);
  Task<absl::Status> Registrations(Use<registration::v1::ListRegistrationsResponse> use);
  // The profiles of every shard, perhaps with what people are found by.
  Task<absl::Status> Profiles(Use<registration::v1::ListProfilesResponse> use,
                              bool with_search_terms = false);

  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> Call(rpc::Client<Service>& client,
                                  rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                  Req request) {
    rpc::CallOptions options = rpc::CallOptions::As(token_);
    options.timeout = std::chrono::seconds(session_.globals().timeout_s);
    co_return co_await client.Call(method, std::move(options), std::move(request));
  }

 private:
  Task<absl::StatusOr<std::vector<std::string>>> Roots();
  template <class Service, class Req, class Resp>
  Task<absl::Status> Pages(rpc::Client<Service>& client,
                           rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                           Req request, Use<Resp> use);
  // The pages of each root area.
  template <class Service, class Req, class Resp>
  Task<absl::Status> OfRoots(rpc::Client<Service>& client,
                             rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                             Use<Resp> use);

  Session& session_;
  std::string token_;
};

}  // namespace baodao::ctl
