#include "services/registration/domain/account_deletion.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/credential_rules.h"

namespace baodao::registration {

bool IsClosing(const v1::Person& person) { return person.has_delete_time(); }

bool IsErased(const v1::PersonRecord& record) {
  return IsClosing(record.person()) && record.phone_hash().empty();
}

absl::Status CheckNotErased(const v1::PersonRecord& record) {
  return IsErased(record) ? NotFound("person", record.person().person_id()) : absl::OkStatus();
}

absl::Status CheckStays(const v1::Person& person) {
  return IsClosing(person) ? Refuse(Reason::ACCOUNT_CLOSING) : absl::OkStatus();
}

void Close(Time now, v1::Person* person) {
  *person->mutable_delete_time() = ToTimestamp(now + kDeleteAfter);
  *person->mutable_update_time() = ToTimestamp(now);
}

absl::Status Reopen(Time now, v1::PersonRecord* record) {
  RETURN_IF_ERROR(CheckNotErased(*record));
  v1::Person& person = *record->mutable_person();
  if (!IsClosing(person)) return Refuse(Reason::NO_ACCOUNT_DELETION);
  person.clear_delete_time();
  *person.mutable_update_time() = ToTimestamp(now);
  record->clear_put_off_for();
  return absl::OkStatus();
}

bool PutOff(Time now, const std::vector<std::string>& open, v1::PersonRecord* record) {
  *record->mutable_person()->mutable_delete_time() = ToTimestamp(now + kPutOff);
  if (std::ranges::equal(record->put_off_for(), open)) return false;
  record->mutable_put_off_for()->Assign(open.begin(), open.end());
  return true;
}

std::optional<Time> DeletionDue(const v1::PersonRecord& record) {
  if (!IsClosing(record.person()) || IsErased(record)) return std::nullopt;
  return ToTime(record.person().delete_time());
}

void Erase(Time now, v1::PersonRecord* record) {
  v1::PersonRecord left;
  v1::Person& person = *left.mutable_person();
  person.set_person_id(record->person().person_id());
  *person.mutable_create_time() = record->person().create_time();
  *person.mutable_update_time() = ToTimestamp(now);
  *person.mutable_delete_time() = ToTimestamp(now);
  v1::Remains& remains = *left.mutable_remains();
  for (const std::string& hash : {record->phone_hash(), record->new_phone_hash()}) {
    if (!hash.empty()) remains.add_phone_hashes(hash);
  }
  remains.set_kept_session_id(record->kept_session_id());
  *record = std::move(left);
}

std::optional<Time> NextTimeOf(const v1::PersonRecord& record) {
  if (record.has_remains()) return ToTime(record.person().delete_time()) + kRemainsAfter;
  const std::optional<Time> deletion = DeletionDue(record);
  const std::optional<Time> reminder = NextReminder(record);
  if (!deletion || !reminder) return deletion ? deletion : reminder;
  return std::min(*deletion, *reminder);
}

}  // namespace baodao::registration
