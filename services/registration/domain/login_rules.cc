#include "services/registration/domain/login_rules.h"

#include <algorithm>

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

RefreshVerdict JudgeRefresh(const v1::SessionRecord& record, std::string_view token_hash,
                            Time now) {
  if (record.ended()) return RefreshVerdict::kEnded;
  if (now >= ToTime(record.refresh_expire_time())) return RefreshVerdict::kExpired;
  return record.refresh_hash() == token_hash ? RefreshVerdict::kRotate : RefreshVerdict::kReused;
}

}  // namespace baodao::registration
