#include "services/registration/app/obligations.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "baodao/dispatch/v1/assignment.grpc.pb.h"
#include "baodao/lists/v1/obligation.grpc.pb.h"
#include "common/status/macros.h"
#include "services/registration/app/subject.h"

namespace baodao::registration {
namespace {

using dispatch::v1::AssignmentService;
using lists::v1::ObligationService;
using Kinds = std::vector<std::string>;

struct Clients {
  Clients(rpc::Channel& dispatch, rpc::Channel& lists) : assignments(dispatch), things(lists) {}
  rpc::Client<AssignmentService> assignments;
  rpc::Client<ObligationService> things;
};

Task<absl::StatusOr<Kinds>> AskBoth(std::shared_ptr<Clients> clients, rpc::CallOptions options,
                                    std::string person_id) {
  dispatch::v1::GetAgendaRequest work;
  work.set_person_id(person_id);
  CO_ASSIGN_OR_RETURN(const dispatch::v1::Agenda agenda,
                      co_await clients->assignments.Call(
                          &rpc::AsyncOf<AssignmentService>::GetAgenda, options, work));
  lists::v1::GetObligationsRequest request;
  request.set_person_id(std::move(person_id));
  CO_ASSIGN_OR_RETURN(const lists::v1::Obligations things,
                      co_await clients->things.Call(
                          &rpc::AsyncOf<ObligationService>::GetObligations, options, request));
  Kinds kinds(things.kinds().begin(), things.kinds().end());
  if (agenda.accepted_count() > 0) kinds.insert(kinds.begin(), "task");
  co_return kinds;
}

}  // namespace

AskObligations ObligationsElsewhere(rpc::Channel& dispatch, rpc::Channel& lists) {
  return [clients = std::make_shared<Clients>(dispatch, lists)](rpc::CallOptions options,
                                                                std::string person_id) {
    return AskBoth(clients, std::move(options), std::move(person_id));
  };
}

Task<absl::StatusOr<Kinds>> ObligationsOf(App& app, rpc::CallOptions options,
                                          v1::PersonRecord person) {
  const std::string id = person.person().person_id();
  Kinds kinds;
  if (!person.grants().empty()) kinds.push_back("role");
  record::PageQuery units = app.records.Of(kUnit, id);
  units.size = 1;
  CO_ASSIGN_OR_RETURN(const auto spoken_for, co_await app.records.ReadPage(kUnit, units));
  if (!spoken_for.records.empty()) kinds.push_back("liaison");
  const Subject subject = Subject::Of(std::move(person));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(app.records));
  if (std::ranges::count(live, v1::REGISTRATION_STATE_SUSPENDED, &v1::Registration::state) > 0) {
    kinds.push_back("suspension");
  }
  CO_ASSIGN_OR_RETURN(Kinds elsewhere, co_await app.obligations_elsewhere(std::move(options), id));
  std::ranges::move(elsewhere, std::back_inserter(kinds));
  co_return kinds;
}

}  // namespace baodao::registration
