#include "services/registration/app/unit_people.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"
#include "services/registration/domain/account_deletion.h"

namespace baodao::registration {
namespace {

bool Waits(const v1::Unit& unit, const v1::LiaisonChange& change) {
  return std::ranges::any_of(unit.liaison_changes(), [&](const v1::LiaisonChange& waits) {
    return waits.person_id() == change.person_id() && waits.removal() == change.removal();
  });
}

}  // namespace

Task<absl::Status> CheckPersonKnown(App& app, std::string field, std::string person_id) {
  if (person_id.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.records.Find(kPerson, std::move(person_id)));
  if (known.exists() && !IsErased(known.record)) co_return absl::OkStatus();
  co_return RefuseField(std::move(field), ViolationKind::UNKNOWN_REFERENCE);
}

void TellOfLiaisons(const v1::Unit& before, const v1::Unit& after, const std::string& comment,
                    record::Transaction& transaction) {
  const auto tell = [&](const v1::LiaisonChange& change, events::v1::LiaisonStep step) {
    events::v1::Event event;
    events::v1::UnitLiaisonChanged& changed = *event.mutable_unit_liaison_changed();
    changed.set_unit_id(after.unit_id());
    changed.set_unit_name(after.name());
    changed.set_area_code(after.area_code());
    changed.set_person_id(change.person_id());
    changed.set_removal(change.removal());
    changed.set_proposer_id(change.proposer_id());
    changed.set_step(step);
    changed.set_comment(comment);
    transaction.Emit(std::move(event));
  };
  // The change that was asked for before it was made; otherwise one that nobody asked for.
  const auto asked_for = [&](const std::string& person_id) {
    const auto found =
        std::ranges::find(before.liaison_changes(), person_id, &v1::LiaisonChange::person_id);
    if (found != before.liaison_changes().end()) return *found;
    v1::LiaisonChange change;
    change.set_person_id(person_id);
    return change;
  };
  for (const std::string& person : after.liaison_ids()) {
    if (!units::IsLiaison(before, person)) {
      tell(asked_for(person), events::v1::LIAISON_STEP_ADDED);
    }
  }
  for (const std::string& person : before.liaison_ids()) {
    if (!units::IsLiaison(after, person)) {
      tell(asked_for(person), events::v1::LIAISON_STEP_REMOVED);
    }
  }
  for (const v1::LiaisonChange& change : after.liaison_changes()) {
    if (!Waits(before, change)) tell(change, events::v1::LIAISON_STEP_PROPOSED);
  }
  for (const v1::LiaisonChange& change : before.liaison_changes()) {
    const bool made = units::IsLiaison(after, change.person_id()) != change.removal();
    if (!made && !Waits(after, change)) tell(change, events::v1::LIAISON_STEP_DROPPED);
  }
}

Task<absl::Status> LapseLiaisons(record::Transaction& transaction,
                                 record::Versioned<v1::UnitRecord> before) {
  v1::UnitRecord after = before.record;
  LapseLiaisonChanges(transaction.now(), after.mutable_unit());
  TellOfLiaisons(before.record.unit(), after.unit(), "", transaction);
  transaction.Put(kUnit, before, after);
  co_return absl::OkStatus();
}

}  // namespace baodao::registration
