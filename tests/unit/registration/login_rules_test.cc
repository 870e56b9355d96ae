#include "services/registration/domain/login_rules.h"

#include <gtest/gtest.h>

#include "common/clock/timestamp.h"

namespace baodao::registration {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};

v1::LoginCodeRecord Code(int attempts) {
  v1::LoginCodeRecord record;
  record.set_code_hash("right");
  record.set_attempts(attempts);
  *record.mutable_expire_time() = ToTimestamp(kNow + kCodeLife);
  return record;
}

TEST(JudgeCode, CountsAttempts) {
  EXPECT_EQ(JudgeCode(Code(0), "right", kNow), CodeVerdict::kRight);
  EXPECT_EQ(JudgeCode(Code(0), "wrong", kNow), CodeVerdict::kWrong);
  EXPECT_EQ(JudgeCode(Code(kCodeAttempts - 1), "right", kNow), CodeVerdict::kRight);
  EXPECT_EQ(JudgeCode(Code(kCodeAttempts), "right", kNow), CodeVerdict::kExhausted);
  EXPECT_EQ(AttemptsLeft(Code(1)), kCodeAttempts - 1);
  EXPECT_EQ(AttemptsLeft(Code(kCodeAttempts + 1)), 0);
}

TEST(JudgeCode, Expires) {
  EXPECT_EQ(JudgeCode(Code(0), "right", kNow + kCodeLife - Millis(1)), CodeVerdict::kRight);
  EXPECT_EQ(JudgeCode(Code(0), "right", kNow + kCodeLife), CodeVerdict::kExpired);
  EXPECT_EQ(JudgeCode({}, "", kNow), CodeVerdict::kExpired);  // none was sent
}

TEST(JudgeRefresh, RotatesOnceOnly) {
  v1::SessionRecord session;
  session.set_refresh_hash("current");
  *session.mutable_refresh_expire_time() = ToTimestamp(kNow + kRefreshLife);
  EXPECT_EQ(JudgeRefresh(session, "current", kNow), RefreshVerdict::kRotate);
  EXPECT_EQ(JudgeRefresh(session, "older", kNow), RefreshVerdict::kReused);
  EXPECT_EQ(JudgeRefresh(session, "current", kNow + kRefreshLife), RefreshVerdict::kExpired);
  session.set_ended(true);
  EXPECT_EQ(JudgeRefresh(session, "current", kNow), RefreshVerdict::kEnded);
  EXPECT_EQ(JudgeRefresh(session, "older", kNow), RefreshVerdict::kEnded);
}

}  // namespace
}  // namespace baodao::registration
