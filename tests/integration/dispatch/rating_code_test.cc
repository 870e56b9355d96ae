// People who have no account rate what was done for them, by a code.
#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/later.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class RatingTest : public LaterTest {
 protected:
  // SERVED by somebody, on the clock of `later`.
  std::string Served(LaterReplica& later, LaterClock& clock) {
    v1::PublishTaskRequest request = NewTask(hours(1), 1, 2);
    request.mutable_contact()->set_beneficiary_name("李奶奶");
    const v1::Task task = Publish(request);
    EXPECT_TRUE(task.on_behalf());
    EXPECT_THAT(Run(Claim(0, person_, task.task_id(), "claim")), testing::IsOk());
    clock.ahead = hours(1);
    for (const char* step : {"in", "out"}) {
      v1::SignRequest sign = SignBy(task.task_id(), "", step);
      sign.set_person_id(person_);
      const auto signed_by = step == std::string("in")
                                 ? Run(later.assignments.SignIn(Coordinator(), sign))
                                 : Run(later.assignments.SignOut(Coordinator(), sign));
      EXPECT_THAT(signed_by, testing::IsOk());
      clock.ahead += minutes(10);
    }
    EXPECT_EQ(Get(task.task_id()).state(), v1::TASK_STATE_SERVED);
    return task.task_id();
  }
  std::string Issue(LaterReplica& later, const std::string& task, const std::string& id) {
    v1::IssueRatingCodeRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    const auto code = Run(later.tasks.IssueRatingCode(Coordinator(), request));
    EXPECT_THAT(code, testing::IsOk());
    return code.ok() ? code->code() : "";
  }
  absl::StatusOr<v1::Task> Enter(LaterReplica& later, const std::string& person,
                                 const std::string& task, const std::string& code,
                                 const std::string& id) {
    v1::EvaluateByCodeRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    request.set_code(code);
    request.set_rating(4);
    return Run(later.tasks.EvaluateByCode(As(person), request));
  }

  const std::string person_ = NewPerson();
};

TEST_F(RatingTest, WhoWasHelpedRatesByACodeOnThePhoneOfWhoServed) {
  LaterClock clock;
  LaterReplica later(loop_, *replicas_[0], clock, ring_);
  const std::string task = Served(later, clock);
  EXPECT_THAT(Enter(later, person_, task, "123456", "early"),
              testing::IsRefusal(Reason::RATING_CODE_WRONG))
      << "none is issued yet";
  const std::string first = Issue(later, task, "one");
  EXPECT_EQ(Issue(later, task, "one"), first) << "sent again";
  const std::string second = Issue(later, task, "two");
  EXPECT_NE(first, second);
  EXPECT_THAT(Enter(later, person_, task, first, "old"),
              testing::IsRefusal(Reason::RATING_CODE_WRONG));
  EXPECT_THAT(Enter(later, NewPerson(), task, second, "other"),
              testing::IsRefusal(Reason::NOT_ASSIGNED));
  const auto rated = Enter(later, person_, task, second, "rate");
  ASSERT_THAT(rated, testing::IsOk());
  EXPECT_EQ(rated->evaluation().rated_by(), v1::RATED_BY_BENEFICIARY_BY_CODE);
  EXPECT_NE(rated->evaluation().evaluator_id(), person_);
  EXPECT_EQ(Enter(later, person_, task, second, "rate")->version(), rated->version());
  EXPECT_THAT(Enter(later, person_, task, second, "again"),
              testing::IsRefusal(Reason::ALREADY_EVALUATED));
  // The codes themselves are nowhere.
  for (const redis::Reply& key : server_.Do({"KEYS", "*:answer:*"}).items) {
    EXPECT_EQ(server_.Do({"GET", key.text}).text.find(second), std::string::npos) << key.text;
  }
}

TEST_F(RatingTest, ACodeThatWasGuessedAtIsGoodNoMore) {
  LaterClock clock;
  LaterReplica later(loop_, *replicas_[0], clock, ring_);
  const std::string task = Served(later, clock);
  const std::string code = Issue(later, task, "one");
  const std::string wrong = code == "000000" ? "000001" : "000000";
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Enter(later, person_, task, wrong, "w" + std::to_string(i)),
                testing::IsRefusal(Reason::RATING_CODE_WRONG));
  }
  EXPECT_THAT(Enter(later, person_, task, code, "right"),
              testing::IsRefusal(Reason::TOO_MANY_ATTEMPTS));
  EXPECT_THAT(Enter(later, person_, task, Issue(later, task, "two"), "new"), testing::IsOk());
}

}  // namespace
}  // namespace baodao::dispatch
