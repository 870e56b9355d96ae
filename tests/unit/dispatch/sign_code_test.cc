// The codes of a task, whose key may change.
#include "services/dispatch/app/presence.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::seconds;

class SignCodeTest : public TaskFixture {
 protected:
  // The `number`-th key is in force since then, and it is the last one.
  void ChangeKey(int number, Time since) {
    record_.set_code_key(number);
    record_.add_code_key_since_ms(since.time_since_epoch().count());
  }
  std::string Code(int number, Time at) { return SignCode(CodeKey(ring_, kTaskId, number), at); }
  bool IsRight(const std::string& code, Time now) { return IsSignCode(ring_, record_, code, now); }
  std::optional<Time> Shown(const std::string& code, Time at) {
    return TimeOfCode(ring_, record_, code, at);
  }

  const crypto::KeyRing ring_ = crypto::KeyRing::Generate();
};

// kNow begins a step.
TEST_F(SignCodeTest, InTheStepOfAChangeBothKeysAreRight) {
  ChangeKey(1, kNow + seconds(10));
  EXPECT_TRUE(IsRight(Code(0, kNow), kNow + seconds(20)));
  EXPECT_TRUE(IsRight(Code(1, kNow), kNow + seconds(20)));
  EXPECT_TRUE(IsRight(Code(0, kNow), kNow + seconds(59))) << "typed slowly";
  EXPECT_FALSE(IsRight(Code(0, kNow + seconds(90)), kNow + seconds(90)));
  EXPECT_TRUE(IsRight(Code(1, kNow + seconds(90)), kNow + seconds(90)));
}

TEST_F(SignCodeTest, CodesOfThePastAreJudgedByTheKeyOfTheirTime) {
  ChangeKey(1, kNow);
  ChangeKey(2, kNow + hours(1));
  EXPECT_EQ(Shown(Code(0, kNow - hours(1)), kNow - hours(1)), kNow - hours(1));
  EXPECT_EQ(Shown(Code(1, kNow + minutes(30)), kNow + minutes(30)), kNow + minutes(30));
  EXPECT_EQ(Shown(Code(2, kNow + hours(2)), kNow + hours(2)), kNow + hours(2));
  EXPECT_EQ(Shown(Code(0, kNow + minutes(30)), kNow + minutes(30)), std::nullopt);
  EXPECT_EQ(Shown(Code(1, kNow + hours(2)), kNow + hours(2)), std::nullopt);
}

}  // namespace
}  // namespace baodao::dispatch
