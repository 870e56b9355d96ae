#include "services/registration/domain/login_rules.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"

namespace baodao::registration {

CodeVerdict JudgeCode(const v1::LoginCodeRecord& record, std::string_view code_hash, Time now) {
  if (record.code_hash().empty() || now >= ToTime(record.expire_time())) {
    return CodeVerdict::kExpired;
  }
  if (record.attempts() >= kCodeAttempts) return CodeVerdict::kExhausted;
  return record.code_hash() == code_hash ? CodeVerdict::kRight : CodeVerdict::kWrong;
}

int AttemptsLeft(const v1::LoginCodeRecord& record) {
  return std::max(0, kCodeAttempts - record.attempts());
}

void UseCode(const std::string& session_id, Time now, v1::LoginCodeRecord* record) {
  record->set_session_id(session_id);
  *record->mutable_expire_time() = ToTimestamp(now + kLoginRetry);
}

bool MayRepeatLogin(const v1::SessionRecord& session) {
  return !session.ended() && session.previous_refresh_hash().empty();
}

RefreshVerdict JudgeRefresh(const v1::SessionRecord& record, std::string_view token_hash,
                            Time now) {
  if (record.ended()) return RefreshVerdict::kEnded;
  if (now >= ToTime(record.refresh_expire_time())) return RefreshVerdict::kExpired;
  if (record.refresh_hash() == token_hash) return RefreshVerdict::kRotate;
  // Using the successor makes it the previous one, so this token's successor was never used.
  const bool recent = now < ToTime(record.rotate_time()) + kRefreshRetry;
  if (recent && record.previous_refresh_hash() == token_hash) return RefreshVerdict::kRepeat;
  return RefreshVerdict::kReused;
}

void RotateRefresh(RefreshVerdict verdict, std::string next_hash, Time now,
                   v1::SessionRecord* record) {
  if (verdict == RefreshVerdict::kRotate) {
    record->set_previous_refresh_hash(record->refresh_hash());
    *record->mutable_rotate_time() = ToTimestamp(now);
  }
  record->set_refresh_hash(std::move(next_hash));
  *record->mutable_refresh_expire_time() = ToTimestamp(now + kRefreshLife);
}

}  // namespace baodao::registration
