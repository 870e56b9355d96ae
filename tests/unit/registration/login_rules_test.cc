#include "services/registration/domain/login_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "common/clock/timestamp.h"

namespace baodao::registration {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};
constexpr char kPhone[] = "phone";

v1::LoginCodeRecord Code(int attempts) {
  v1::LoginCodeRecord record;
  record.set_code_hash("right");
  record.set_phone_hash(kPhone);
  record.set_attempts(attempts);
  *record.mutable_expire_time() = ToTimestamp(kNow + kCodeLife);
  return record;
}

TEST(JudgeCode, CountsAttempts) {
  EXPECT_EQ(JudgeCode(Code(0), kPhone, "right", kNow), CodeVerdict::kRight);
  EXPECT_EQ(JudgeCode(Code(0), kPhone, "wrong", kNow), CodeVerdict::kWrong);
  EXPECT_EQ(JudgeCode(Code(kCodeAttempts - 1), kPhone, "right", kNow), CodeVerdict::kRight);
  EXPECT_EQ(JudgeCode(Code(kCodeAttempts), kPhone, "right", kNow), CodeVerdict::kExhausted);
  EXPECT_EQ(AttemptsLeft(Code(1)), kCodeAttempts - 1);
  EXPECT_EQ(AttemptsLeft(Code(kCodeAttempts + 1)), 0);
}

TEST(JudgeCode, AChallengeOfAnotherPhoneIsNone) {
  EXPECT_EQ(JudgeCode(Code(0), "other", "right", kNow), CodeVerdict::kExpired);
  EXPECT_EQ(JudgeCode(Code(kCodeAttempts), "other", "right", kNow), CodeVerdict::kExpired);
}

TEST(JudgeCode, Expires) {
  EXPECT_EQ(JudgeCode(Code(0), kPhone, "right", kNow + kCodeLife - Millis(1)), CodeVerdict::kRight);
  EXPECT_EQ(JudgeCode(Code(0), kPhone, "right", kNow + kCodeLife), CodeVerdict::kExpired);
  EXPECT_EQ(JudgeCode({}, "", "", kNow), CodeVerdict::kExpired);  // none was sent
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

class LostAnswerTest : public ::testing::Test {
 protected:
  // A session whose token "first" has just been exchanged for "second".
  LostAnswerTest() {
    RotateRefresh("first", kNow, &session_);
    RotateRefresh("second", kNow, &session_);
  }
  RefreshVerdict Judge(std::string_view hash, Millis later = Millis(0)) {
    return JudgeRefresh(session_, hash, kNow + later);
  }
  v1::SessionRecord session_;
};

// A client whose answer was lost was taken for a thief, and its session ended.
TEST_F(LostAnswerTest, AnExchangedTokenIsAcceptedForAMinute) {
  EXPECT_EQ(Judge("first"), RefreshVerdict::kRepeat);
  EXPECT_EQ(Judge("first", kRefreshRetry - Millis(1)), RefreshVerdict::kRepeat);
  EXPECT_EQ(Judge("first", kRefreshRetry), RefreshVerdict::kReused);
  EXPECT_EQ(Judge("second", kRefreshRetry), RefreshVerdict::kRotate);
  EXPECT_EQ(Judge(""), RefreshVerdict::kReused);
}

// A request that was long under way, of a client that has gone on meanwhile.
TEST_F(LostAnswerTest, AlsoWhenTheNewerTokenWasExchangedInTurn) {
  RotateRefresh("third", kNow + Millis(30'000), &session_);
  EXPECT_EQ(Judge("first", Millis(59'999)), RefreshVerdict::kRepeat);
  EXPECT_EQ(Judge("first", Millis(60'000)), RefreshVerdict::kReused);
  EXPECT_EQ(Judge("second", Millis(60'000)), RefreshVerdict::kRepeat);
  EXPECT_EQ(Judge("second", Millis(90'000)), RefreshVerdict::kReused);
  EXPECT_EQ(ToTime(session_.refresh_expire_time()), kNow + Millis(30'000) + kRefreshLife);
}

TEST_F(LostAnswerTest, OnlySoManyAreRemembered) {
  for (int i = 0; i < 100; ++i) {
    RotateRefresh("token " + std::to_string(i), kNow, &session_);
    EXPECT_LE(session_.replaced_size(), kMaxReplaced);
  }
  EXPECT_EQ(Judge("token 98"), RefreshVerdict::kRepeat);
  RotateRefresh("last", kNow + kRefreshRetry, &session_);
  EXPECT_EQ(session_.replaced_size(), 1);
}

TEST_F(LostAnswerTest, ALoginMayBeRepeatedUntilItsTokenIsExchanged) {
  EXPECT_FALSE(MayRepeatLogin(session_));
  v1::SessionRecord fresh;
  RotateRefresh("first", kNow, &fresh);
  EXPECT_TRUE(MayRepeatLogin(fresh));
  fresh.set_ended(true);
  EXPECT_FALSE(MayRepeatLogin(fresh));
}

TEST_F(LostAnswerTest, EndedAndExpiredSessionsStayClosed) {
  EXPECT_EQ(Judge("first", kRefreshLife), RefreshVerdict::kExpired);
  session_.set_ended(true);
  EXPECT_EQ(Judge("first"), RefreshVerdict::kEnded);
}

}  // namespace
}  // namespace baodao::registration
