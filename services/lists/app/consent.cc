#include "services/lists/app/consent.h"

#include "common/record/closed_accounts.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {

Task<absl::Status> CheckConsent(App& app, rpc::CallContext context) {
  record::ClosedAccounts closed(app.records.store());
  CO_RETURN_IF_ERROR(co_await closed.Check(context.caller().person_id));
  if (app.privacy_version.empty()) co_return absl::OkStatus();
  const std::string id = context.caller().person_id;
  const absl::StatusOr<registration::v1::Identity> person =
      co_await app.peers.GetIdentity(rpc::CallOptions::From(context), id);
  if (Is(person.status(), Reason::NOT_FOUND)) co_return absl::OkStatus();
  if (!person.ok()) co_return person.status();
  if (!person->consent_required()) co_return absl::OkStatus();
  co_return Refuse(Reason::CONSENT_REQUIRED, {{"version", app.privacy_version}});
}

}  // namespace baodao::lists
