// Tasks near one that somebody is off.
#include "common/testing/matchers.h"
#include "services/dispatch/workers/task_feed.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NearbyTest : public HandlersTest {
 protected:
  // So many hundred metres north of `left_`.
  v1::PublishTaskRequest North(int hundreds, Millis ahead) {
    v1::PublishTaskRequest request = NewTask(ahead, 1, 1);
    request.mutable_place()->set_latitude(31.2745 + 0.0009 * hundreds);
    request.set_place_confirmed(true);
    return request;
  }
  std::string PublishNorth(int hundreds, Millis ahead = hours(3)) {
    return Publish(North(hundreds, ahead)).task_id();
  }
  // As replica 1 answers inbox, after it has read what there is.
  std::vector<std::string> Near(const std::string& person, const std::string& task) {
    Replica& replica = *replicas_[1];
    metrics::Registry registry;
    Metrics metrics(registry);
    TaskFeed feed(replica.app, replica.near, metrics);
    EXPECT_THAT(Run(feed.Load()), testing::IsOk());
    return Asked(person, task);
  }
  std::vector<std::string> Asked(const std::string& person, const std::string& task) {
    v1::GetNearbyTasksRequest request;
    request.set_task_id(task);
    request.set_person_id(person);
    const auto found = Run(replicas_[1]->tasks.GetNearbyTasks(Inbox(), request));
    EXPECT_THAT(found, testing::IsOk());
    std::vector<std::string> ids;
    if (!found.ok()) return ids;
    double last = 0;
    for (const v1::NearbyTask& one : found->tasks()) {
      ids.push_back(one.task_id());
      EXPECT_EQ(one.title(), "陪老人就诊");
      EXPECT_TRUE(one.window().has_end());
      EXPECT_GE(one.distance_m(), last);
      last = one.distance_m();
    }
    return ids;
  }
  static rpc::CallContext Inbox() {
    return rpc::CallContext::Internal(auth::Principal::Service("inbox"), "test");
  }

  const std::string person_ = NewPerson();
  const std::string left_ = PublishNorth(0);
};

TEST_F(NearbyTest, NamesTheNearestWithFreeSlotsAndNotTheTaskItself) {
  EXPECT_THAT(Near(person_, left_), IsEmpty());
  const std::string third = PublishNorth(5), full = PublishNorth(1), first = PublishNorth(2);
  const std::string second = PublishNorth(3), cancelled = PublishNorth(1);
  PublishNorth(7);   // the fourth
  PublishNorth(30);  // no walk away
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "claim")), testing::IsOk());
  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(cancelled);
  cancel.set_reason("暴雨");
  ASSERT_THAT(Run(replicas_[0]->tasks.CancelTask(Coordinator(), cancel)), testing::IsOk());
  EXPECT_THAT(Near(person_, left_), ElementsAre(first, second, third));
  // Full by now, whatever this replica has heard of it.
  ASSERT_THAT(Run(Claim(0, NewPerson(), first, "claim")), testing::IsOk());
  EXPECT_THAT(Asked(person_, left_), ::testing::Not(::testing::Contains(first)));
}

TEST_F(NearbyTest, OnlyWhatThePersonMayTakeAndHasTimeFor) {
  const std::string at_once = PublishNorth(1), later = PublishNorth(2, hours(30));
  v1::PublishTaskRequest skilled = North(1, hours(60));
  skilled.add_skills("nursing");
  const std::string nursing = Publish(skilled).task_id();
  EXPECT_THAT(Near(person_, left_), ElementsAre(at_once, later));
  // In their calendar the task they are off does not count, others that they have accepted do.
  ASSERT_THAT(Run(Claim(0, person_, left_, "left")), testing::IsOk());
  EXPECT_THAT(Near(person_, left_), ElementsAre(at_once, later));
  const std::string busy = NewPerson();
  ASSERT_THAT(Run(Claim(0, busy, PublishNorth(40), "elsewhere")), testing::IsOk());
  EXPECT_THAT(Near(busy, left_), ElementsAre(later));
}

TEST_F(NearbyTest, OfNoTaskNothingIsNear) {
  v1::GetNearbyTasksRequest unknown;
  unknown.set_task_id(ids::New("tsk", 1));
  unknown.set_person_id(person_);
  EXPECT_EQ(Why(Run(replicas_[1]->tasks.GetNearbyTasks(Inbox(), unknown)).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace baodao::dispatch
