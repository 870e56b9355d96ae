#include "services/registration/domain/login_rules.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"

namespace baodao::registration {
namespace {

bool IsRecent(const v1::ReplacedToken& token, Time now) {
  return now < ToTime(token.time()) + kRefreshRetry;
}

}  // namespace

CodeVerdict JudgeCode(const v1::LoginCodeRecord& record, std::string_view phone_hash,
                      std::string_view code_hash, Time now) {
  if (record.code_hash().empty() || record.phone_hash() != phone_hash ||
      now >= ToTime(record.expire_time())) {
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
  return !session.ended() && session.replaced().empty();
}

RefreshVerdict JudgeRefresh(const v1::SessionRecord& record, std::string_view token_hash,
                            Time now) {
  if (record.ended()) return RefreshVerdict::kEnded;
  if (now >= ToTime(record.refresh_expire_time())) return RefreshVerdict::kExpired;
  if (record.refresh_hash() == token_hash) return RefreshVerdict::kRotate;
  const bool repeated = std::ranges::any_of(record.replaced(), [&](const auto& replaced) {
    return replaced.hash() == token_hash && IsRecent(replaced, now);
  });
  return repeated ? RefreshVerdict::kRepeat : RefreshVerdict::kReused;
}

void RotateRefresh(std::string next_hash, Time now, v1::SessionRecord* record) {
  auto& replaced = *record->mutable_replaced();
  const auto gone = [now](const v1::ReplacedToken& token) { return !IsRecent(token, now); };
  replaced.erase(std::remove_if(replaced.begin(), replaced.end(), gone), replaced.end());
  if (!record->refresh_hash().empty()) {
    v1::ReplacedToken& token = *replaced.Add();
    token.set_hash(record->refresh_hash());
    *token.mutable_time() = ToTimestamp(now);
  }
  if (replaced.size() > kMaxReplaced) replaced.erase(replaced.begin());
  record->set_refresh_hash(std::move(next_hash));
  *record->mutable_refresh_expire_time() = ToTimestamp(now + kRefreshLife);
}

}  // namespace baodao::registration
