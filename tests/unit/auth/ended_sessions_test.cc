#include "common/auth/ended_sessions.h"

#include <gtest/gtest.h>

#include <string>

#include "common/auth/tokens.h"

namespace baodao::auth {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};

TEST(EndedSessions, AreKeptUntilTheirTokensHaveRunOut) {
  EndedSessions sessions;
  EXPECT_TRUE(sessions.Add("ses_a", kNow, kNow));
  EXPECT_TRUE(sessions.Contains("ses_a"));
  EXPECT_FALSE(sessions.Contains("ses_b"));
  EXPECT_FALSE(sessions.Add("ses_a", kNow, kNow)) << "known";
  const Time last_use = kNow + kAccessLife + kSkew;
  EXPECT_TRUE(sessions.Add("ses_b", last_use, last_use));
  EXPECT_TRUE(sessions.Contains("ses_a")) << "a token of it may be good yet";
  const Time over = kNow + kAccessLife + 2 * kSkew;
  EXPECT_TRUE(sessions.Add("ses_c", over, over));
  EXPECT_FALSE(sessions.Contains("ses_a"));
  EXPECT_EQ(sessions.size(), 2u);
  EXPECT_FALSE(sessions.Add("ses_d", kNow, over)) << "an event of long ago";
  EXPECT_FALSE(sessions.Contains("ses_d"));
}

TEST(EndedSessions, TheirNumberIsBounded) {
  EndedSessions sessions(100);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(sessions.Add("ses_" + std::to_string(i), kNow, kNow));
    EXPECT_LE(sessions.size(), 100u);
  }
  EXPECT_TRUE(sessions.Contains("ses_999"));
  EXPECT_FALSE(sessions.Contains("ses_899"));
}

}  // namespace
}  // namespace baodao::auth
