#include "services/registration/app/phone_change.h"

#include <functional>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {
namespace {

using Change = std::function<Task<absl::Status>(record::Transaction&)>;

// Whom the phone names: nobody, somebody who has given it up, or the person. PHONE_TAKEN.
Task<absl::StatusOr<store::Stored>> FreeFor(App& app, std::string person_id,
                                            std::string phone_hash) {
  CO_ASSIGN_OR_RETURN(store::Stored index, co_await app.store().Get(app.keys.Phone(phone_hash)));
  if (!index.exists() || index.bytes == person_id) co_return index;
  CO_ASSIGN_OR_RETURN(const auto holder, co_await app.records.Find(kPerson, index.bytes));
  if (SignsInWith(holder.record, phone_hash, app.clock.Now())) {
    co_return Refuse(Reason::PHONE_TAKEN);
  }
  co_return index;
}

}  // namespace

Task<absl::Status> ReservePhone(App& app, record::Origin origin, std::string person_id,
                                std::string phone_hash) {
  CO_RETURN_IF_ERROR((co_await FreeFor(app, person_id, phone_hash)).status());
  const Change choose = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(kPerson, person_id));
    CO_RETURN_IF_ERROR(CheckNotErased(before.record));
    v1::PersonRecord after = before.record;
    SetNewPhone(phone_hash, transaction.now(), &after);
    transaction.Put(kPerson, before, after);
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await app.records.Update(app.records.ShardOfId(person_id), origin, choose));
  const Change take = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const store::Stored index, co_await FreeFor(app, person_id, phone_hash));
    // Also where it names them: who frees it at this moment looks again.
    transaction.commit().Put(app.keys.Phone(phone_hash), index.version, person_id);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Update(app.keys.PhoneShard(phone_hash), std::move(origin), take);
}

Task<absl::Status> FreePhone(App& app, record::Origin origin, std::string person_id,
                             std::string phone_hash) {
  const Change free = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const store::Stored index,
                        co_await app.store().Get(app.keys.Phone(phone_hash)));
    if (index.bytes != person_id) co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(const auto holder, co_await app.records.Find(kPerson, person_id));
    if (SignsInWith(holder.record, phone_hash, transaction.now())) co_return absl::OkStatus();
    transaction.commit().Delete(app.keys.Phone(phone_hash), index.version);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Update(app.keys.PhoneShard(phone_hash), std::move(origin), free);
}

}  // namespace baodao::registration
