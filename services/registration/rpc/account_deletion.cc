// AccountService: the deletion of an account.
#include "services/registration/app/account_deletion.h"

#include <absl/strings/str_join.h>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/obligations.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using Account = Task<absl::StatusOr<v1::Person>>;

// Calls to two other services.
constexpr double kObligationCalls = 2;

Account RequestAccountDeletion(App& app, rpc::CallContext context,
                               v1::RequestAccountDeletionRequest request) {
  context.Charge(kObligationCalls);
  const auto close = [&](record::Transaction& transaction,
                         v1::PersonRecord* record) -> Task<absl::Status> {
    if (IsClosing(record->person())) co_return absl::OkStatus();
    const auto options = rpc::CallOptions::From(context);
    CO_ASSIGN_OR_RETURN(const std::vector<std::string> open,
                        co_await ObligationsOf(app, options, *record));
    if (!open.empty()) {
      Metadata named{{"obligation", open.front()}, {"obligations", absl::StrJoin(open, ",")}};
      co_return Refuse(Reason::ACCOUNT_IN_USE, std::move(named));
    }
    Close(transaction.now(), record->mutable_person());
    TellOfDeletion(*record, transaction);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kPerson, request.person_id(), close);
}

Account CancelAccountDeletion(App& app, rpc::CallContext context,
                              v1::CancelAccountDeletionRequest request) {
  const auto reopen = [&](record::Transaction& transaction,
                          v1::PersonRecord* record) -> Task<absl::Status> {
    CO_RETURN_IF_ERROR(Reopen(transaction.now(), record));
    TellOfDeletion(*record, transaction);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kPerson, request.person_id(), reopen);
}

}  // namespace

void RegisterAccountDeletion(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.AccountService/";
  router.Unary(service + "RequestAccountDeletion", app, &RequestAccountDeletion);
  router.Unary(service + "CancelAccountDeletion", app, &CancelAccountDeletion);
}

}  // namespace baodao::registration
