// Timers of needs, resources and projects: what nobody decides ends by itself, and says so.

#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "common/timers/timer_loop.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Resources = rpc::AsyncOf<v1::ResourceService>;
using Projects = rpc::AsyncOf<v1::ProjectService>;
using std::chrono::hours;

class DeadlinesTest : public ListsTest {
 protected:
  absl::Status Fire(const std::string& id, int replica = 0) {
    timers::Timer timer;
    timer.kind = record::kDeadlineTimer;
    timer.id = id;
    timer.member = timers::Member(record::kDeadlineTimer, id);
    timer.shard = replicas_[0]->records.store().keys().ShardOfId(id);
    return testing::Run(loop_, replicas_[replica]->records.OnDeadline(timer));
  }
  std::optional<Time> NextTimer(const std::string& id) {
    return Ok(stores_[0]->NextTimer(stores_[0]->keys().ShardOfId(id)));
  }
  // Tokens of today, after days.
  void Pass(Millis time) {
    clock_.Advance(time);
    requester_ = tokens_.Person(requester_id_);
    coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
  }
  v1::Project Proposed() { return Ok(CreateProject()); }
  using ProjectChange = rpc::detail::UnaryMember<Projects, v1::ChangeProjectRequest, v1::Project>;
  absl::StatusOr<v1::Project> Change(ProjectChange method, const std::string& token,
                                     const std::string& id, const std::string& comment = "好") {
    v1::ChangeProjectRequest request;
    request.set_request_id(NextRequest());
    request.set_project_id(id);
    request.set_comment(comment);
    return Call<v1::ProjectService>(method, token, request);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, DeadlinesTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

// Another writer between two steps, by a hook of the memory double.
class DeadlinesRaceTest : public DeadlinesTest {};

INSTANTIATE_TEST_SUITE_P(Stores, DeadlinesRaceTest, ::testing::Values(Backend::kMemory),
                         BackendName);

TEST_P(DeadlinesTest, ANeedExpiresADayAfterItsTime) {
  const v1::Need need = AcceptedNeed();
  const Time due = ToTime(need.window().end()) + kNeedGrace;
  EXPECT_EQ(NextTimer(need.need_id()), due);
  ASSERT_THAT(Fire(need.need_id()), testing::IsOk()) << "too early: nothing happens";
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(NextTimer(need.need_id()), due);
  Pass(due - clock_.Now());
  ASSERT_THAT(Fire(need.need_id()), testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_EXPIRED);
  EXPECT_EQ(NextTimer(need.need_id()), std::nullopt);
  EXPECT_EQ(Events().back().need_changed().need().state(), v1::NEED_STATE_EXPIRED);
  EXPECT_EQ(Events().back().actor_id(), "lists");
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p1"),
              testing::IsRefusal(Reason::NEED_NOT_ACCEPTED));
  const size_t events = Events().size();
  ASSERT_THAT(Fire(need.need_id()), testing::IsOk());
  EXPECT_EQ(Events().size(), events) << "told once";
}

TEST_P(DeadlinesTest, ATaskLaterThanTheNeedMovesItsDeadline) {
  const v1::Need need = AcceptedNeed();
  const std::string& id = need.need_id();
  const Time later = ToTime(need.window().end()) + hours(240);
  v1::PublishNeedRequest publish;
  publish.set_request_id("p1");
  publish.set_need_id(id);
  *publish.mutable_window()->mutable_start() = ToTimestamp(later - hours(2));
  *publish.mutable_window()->mutable_end() = ToTimestamp(later);
  const auto published = Call<v1::NeedService>(&Needs::PublishNeed, coordinator_, publish);
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_EQ(NextTimer(id), std::nullopt) << "the task looks after it";
  dispatch::v1::Task& task = peers_.tasks.at({id, 1});
  task.set_state(dispatch::v1::TASK_STATE_CANCELLED);
  task.set_need_outcome(dispatch::v1::NEED_OUTCOME_KEEP);
  task.set_version(4);
  ASSERT_THAT(TellTask(task, coordinator_id_), testing::IsOk());
  EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(NextTimer(id), later + kNeedGrace);
}

TEST_P(DeadlinesTest, ANeedResolvedByHandIsClosedAfterAWeek) {
  const v1::Need need = AcceptedNeed();
  const auto room =
      Call<v1::ResourceService>(&Resources::CreateResource, requester_, RoomIn(kCommunity));
  v1::CreateMatchRequest link;
  link.set_request_id(NextRequest());
  link.set_need_id(need.need_id());
  link.set_answer_id(room->resource_id());
  ASSERT_THAT(
      Call<v1::MatchService>(&rpc::AsyncOf<v1::MatchService>::CreateMatch, coordinator_, link),
      testing::IsOk());
  EXPECT_EQ(NextTimer(need.need_id()), ToTime(need.window().end()) + kLinkedNeedGrace);
  v1::ResolveNeedRequest resolve;
  resolve.set_request_id(NextRequest());
  resolve.set_need_id(need.need_id());
  ASSERT_THAT(Call<v1::NeedService>(&Needs::ResolveNeed, coordinator_, resolve), testing::IsOk());
  EXPECT_EQ(NextTimer(need.need_id()), clock_.Now() + kNeedAutoClose);
  Pass(kNeedAutoClose);
  ASSERT_THAT(Fire(need.need_id()), testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_CLOSED);
}

// Between the timer's look and its commit the need gets a new deadline: that must not be lost.
TEST_P(DeadlinesRaceTest, ATimerThatComesTooEarlyDoesNotTakeAnothersDeadline) {
  const v1::Need need = AcceptedNeed();
  const std::string& id = need.need_id();
  ASSERT_THAT(Publish(coordinator_, id, "p1"), testing::IsOk());
  auto& store = static_cast<store::MemoryStore&>(*stores_[0]);
  bool done = false;
  store.SetFaults([&](std::string_view method, std::string_view) {
    if (method == "Apply" && !std::exchange(done, true)) {
      // The task is lost, and the other replica sets the deadline again.
      const int shard = store.keys().ShardOfId(id);
      const std::string key = store.keys().Of(shard, "need", id);
      const store::Stored stored = data_.ReadRecord(key, clock_.Now());
      v1::NeedRecord record;
      record.ParseFromString(stored.bytes);
      record.mutable_need()->clear_task_id();
      store::Commit commit(shard);
      commit.Put(key, stored.version, record.SerializeAsString());
      commit.SetTimer(timers::Member(record::kDeadlineTimer, id), *DeadlineOf(record));
      data_.Apply(commit, store.keys(), clock_.Now());
    }
    return store::Fault();
  });
  EXPECT_THAT(Fire(id), testing::IsOk());
  store.SetFaults(nullptr);
  EXPECT_EQ(NextTimer(id), DeadlineOf(Record(id)));
}

TEST_P(DeadlinesTest, AResourceIsWithdrawnWhenItsTimeIsOver) {
  v1::CreateResourceRequest request = RoomIn(kCommunity);
  *request.mutable_expire_time() = ToTimestamp(clock_.Now() + hours(48));
  const auto room = Call<v1::ResourceService>(&Resources::CreateResource, requester_, request);
  ASSERT_THAT(room, testing::IsOk());
  EXPECT_EQ(NextTimer(room->resource_id()), clock_.Now() + hours(48));
  Pass(hours(48));
  ASSERT_THAT(Fire(room->resource_id()), testing::IsOk());
  v1::GetResourceRequest get;
  get.set_resource_id(room->resource_id());
  EXPECT_EQ(Call<v1::ResourceService>(&Resources::GetResource, requester_, get)->state(),
            v1::RESOURCE_STATE_WITHDRAWN);
  EXPECT_EQ(NextTimer(room->resource_id()), std::nullopt);
}

TEST_P(DeadlinesTest, WhoTakesDownWhatOthersListedSaysWhy) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = requester_id_;
  const auto withdraw = [&](const std::string& token, const std::string& owner,
                            const std::string& reason) {
    v1::CreateResourceRequest room = RoomIn(kCommunity);
    room.set_owner_id(owner);
    v1::WithdrawResourceRequest request;
    request.set_request_id(NextRequest());
    request.set_resource_id(
        Call<v1::ResourceService>(&Resources::CreateResource, requester_, room)->resource_id());
    request.set_reason(reason);
    return Call<v1::ResourceService>(&Resources::WithdrawResource, token, request);
  };
  for (const std::string& owner : {std::string(), unit}) {
    EXPECT_THAT(withdraw(requester_, owner, ""), testing::IsOk());
    const absl::Status silent = withdraw(coordinator_, owner, "").status();
    ASSERT_EQ(ViolationsOf(silent).size(), 1u) << silent;
    EXPECT_EQ(ViolationsOf(silent)[0].field, "reason");
    const auto said = withdraw(coordinator_, owner, "已损坏");
    ASSERT_THAT(said, testing::IsOk());
    EXPECT_EQ(said->withdraw_reason(), "已损坏");
  }
}

TEST_P(DeadlinesTest, AProjectThatNobodyTakesExpiresAndOneThatIsLateIsRemindedOf) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = requester_id_;
  const std::string idle = Proposed().project_id();
  Pass(kProjectIdle);
  ASSERT_THAT(Fire(idle), testing::IsOk());
  EXPECT_EQ(Events().back().project_changed().project().state(), v1::PROJECT_STATE_EXPIRED);

  const std::string id = Proposed().project_id();
  ASSERT_THAT(Change(&Projects::ApproveProject, coordinator_, id), testing::IsOk());
  v1::ClaimProjectRequest claim;
  claim.set_request_id(NextRequest());
  claim.set_project_id(id);
  claim.set_unit_id(unit);
  ASSERT_THAT(Call<v1::ProjectService>(&Projects::ClaimProject, requester_, claim),
              testing::IsOk());
  EXPECT_EQ(NextTimer(id), clock_.Now() + std::chrono::days(100));
  Pass(std::chrono::days(100));
  ASSERT_THAT(Fire(id), testing::IsOk());
  const events::v1::ProjectChanged late = Events().back().project_changed();
  EXPECT_EQ(late.before(), v1::PROJECT_STATE_CLAIMED);
  EXPECT_EQ(late.project().state(), v1::PROJECT_STATE_CLAIMED);
  EXPECT_EQ(NextTimer(id), clock_.Now() + kReminderPeriod);
  const size_t events = Events().size();
  ASSERT_THAT(Fire(id), testing::IsOk());
  EXPECT_EQ(Events().size(), events) << "once a month";

  // The unit gives it back; the clock begins anew with the next.
  const auto released = Change(&Projects::ReleaseProject, requester_, id);
  ASSERT_THAT(released, testing::IsOk());
  EXPECT_EQ(released->state(), v1::PROJECT_STATE_APPROVED);
  EXPECT_EQ(Events().back().project_changed().project().liaison_id(), requester_id_);
  EXPECT_EQ(Events().back().project_changed().project().unit_id(), late.project().unit_id());
  EXPECT_EQ(NextTimer(id), clock_.Now() + kProjectIdle);
  EXPECT_THAT(Change(&Projects::CancelProject, requester_, id),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  ASSERT_THAT(Change(&Projects::CancelProject, coordinator_, id), testing::IsOk());
  EXPECT_EQ(NextTimer(id), std::nullopt);
  const auto rejected = Change(&Projects::RejectProject, coordinator_, Proposed().project_id());
  ASSERT_THAT(rejected, testing::IsOk());
  EXPECT_EQ(rejected->state(), v1::PROJECT_STATE_REJECTED);
}

// A unit that could not go on with what it had begun had no way to say so, and what nobody rated
// waited for ever.
TEST_P(DeadlinesTest, AProjectUnderWayIsGivenBackAndACompletedOneEndsByItself) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = requester_id_;
  const std::string id = Proposed().project_id();
  ASSERT_THAT(Change(&Projects::ApproveProject, coordinator_, id), testing::IsOk());
  const auto begin = [&] {
    v1::ClaimProjectRequest claim;
    claim.set_request_id(NextRequest());
    claim.set_project_id(id);
    claim.set_unit_id(unit);
    ASSERT_THAT(Call<v1::ProjectService>(&Projects::ClaimProject, requester_, claim),
                testing::IsOk());
    ASSERT_THAT(Change(&Projects::StartProject, requester_, id), testing::IsOk());
  };
  begin();
  const auto released = Change(&Projects::ReleaseProject, requester_, id, "人手不足");
  ASSERT_THAT(released, testing::IsOk());
  EXPECT_EQ(released->state(), v1::PROJECT_STATE_APPROVED);
  EXPECT_TRUE(released->unit_id().empty());
  begin();
  ASSERT_THAT(Change(&Projects::CompleteProject, requester_, id), testing::IsOk());
  EXPECT_EQ(NextTimer(id), clock_.Now() + kReminderPeriod);
  Pass(kProjectIdle);
  ASSERT_THAT(Fire(id), testing::IsOk());
  const events::v1::ProjectChanged over = Events().back().project_changed();
  EXPECT_EQ(over.before(), v1::PROJECT_STATE_COMPLETED);
  EXPECT_EQ(over.project().state(), v1::PROJECT_STATE_EVALUATED);
  EXPECT_EQ(over.project().rating(), 0);
  EXPECT_EQ(NextTimer(id), std::nullopt);
}

}  // namespace
}  // namespace baodao::lists
