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

class LostAnswerTest : public ::testing::Test {
 protected:
  // A session whose token "first" has just been exchanged for "second".
  LostAnswerTest() {
    RotateRefresh(RefreshVerdict::kRotate, "first", kNow, &session_);
    RotateRefresh(RefreshVerdict::kRotate, "second", kNow, &session_);
  }
  RefreshVerdict Judge(std::string_view hash, Millis later = Millis(0)) {
    return JudgeRefresh(session_, hash, kNow + later);
  }
  v1::SessionRecord session_;
};

// A client whose answer was lost was taken for a thief, and its session ended.
TEST_F(LostAnswerTest, ThePreviousTokenIsAcceptedForAMinute) {
  EXPECT_EQ(Judge("first"), RefreshVerdict::kRepeat);
  EXPECT_EQ(Judge("first", kRefreshRetry - Millis(1)), RefreshVerdict::kRepeat);
  EXPECT_EQ(Judge("first", kRefreshRetry), RefreshVerdict::kReused);
  EXPECT_EQ(Judge("second", kRefreshRetry), RefreshVerdict::kRotate);
  EXPECT_EQ(Judge(""), RefreshVerdict::kReused);
}

TEST_F(LostAnswerTest, NotOnceTheNewerTokenWasUsed) {
  RotateRefresh(RefreshVerdict::kRotate, "third", kNow, &session_);
  EXPECT_EQ(Judge("first"), RefreshVerdict::kReused);
  EXPECT_EQ(Judge("second"), RefreshVerdict::kRepeat);
}

TEST_F(LostAnswerTest, ARepetitionReplacesTheLostTokenAndGainsNoTime) {
  const Time later = kNow + Millis(30'000);
  RotateRefresh(RefreshVerdict::kRepeat, "third", later, &session_);
  EXPECT_EQ(Judge("third"), RefreshVerdict::kRotate);
  EXPECT_EQ(Judge("second"), RefreshVerdict::kReused);  // whoever holds it is not our client
  EXPECT_EQ(Judge("first"), RefreshVerdict::kRepeat);   // that answer may be lost as well
  EXPECT_EQ(Judge("first", kRefreshRetry), RefreshVerdict::kReused);
  EXPECT_EQ(ToTime(session_.refresh_expire_time()), later + kRefreshLife);
}

TEST_F(LostAnswerTest, EndedAndExpiredSessionsStayClosed) {
  EXPECT_EQ(Judge("first", kRefreshLife), RefreshVerdict::kExpired);
  session_.set_ended(true);
  EXPECT_EQ(Judge("first"), RefreshVerdict::kEnded);
}

}  // namespace
}  // namespace baodao::registration
