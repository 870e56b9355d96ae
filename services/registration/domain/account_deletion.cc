#include "services/registration/domain/account_deletion.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/registration/domain/credential_rules.h"

namespace baodao::registration {

bool IsClosing(const v1::Person& person) { return person.has_delete_time(); }

absl::Status CheckStays(const v1::Person& person) {
  return IsClosing(person) ? Refuse(Reason::ACCOUNT_CLOSING) : absl::OkStatus();
}

void Close(Time now, v1::Person* person) {
  *person->mutable_delete_time() = ToTimestamp(now + kDeleteAfter);
  *person->mutable_update_time() = ToTimestamp(now);
}

absl::Status Reopen(Time now, v1::Person* person) {
  if (!IsClosing(*person)) return Refuse(Reason::NO_ACCOUNT_DELETION);
  person->clear_delete_time();
  *person->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

void PutOff(Time now, v1::Person* person) {
  *person->mutable_delete_time() = ToTimestamp(now + kPutOff);
}

std::optional<Time> DeletionDue(const v1::PersonRecord& record) {
  // Whoever has no phone any more was deleted.
  if (!IsClosing(record.person()) || record.phone_hash().empty()) return std::nullopt;
  return ToTime(record.person().delete_time());
}

void Erase(Time now, v1::PersonRecord* record) {
  v1::PersonRecord left;
  v1::Person& person = *left.mutable_person();
  person.set_person_id(record->person().person_id());
  *person.mutable_create_time() = record->person().create_time();
  *person.mutable_update_time() = ToTimestamp(now);
  *person.mutable_delete_time() = ToTimestamp(now);
  *record = std::move(left);
}

std::optional<Time> NextTimeOf(const v1::PersonRecord& record) {
  const std::optional<Time> deletion = DeletionDue(record);
  const std::optional<Time> reminder = NextReminder(record);
  if (!deletion || !reminder) return deletion ? deletion : reminder;
  return std::min(*deletion, *reminder);
}

}  // namespace baodao::registration
