// One task of one need, whatever is lost, refused, repeated or killed in between.
#include <gtest/gtest.h>

#include <random>

#include "common/testing/matchers.h"
#include "common/timers/timer_loop.h"
#include "services/lists/store/keys.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Fate = FakePeers::Fate;

class PublishTest : public ListsTest {
 protected:
  // The need has exactly one task, and it is the one dispatch made.
  void ExpectOneTask(const std::string& need_id, int attempt = 1) {
    ASSERT_EQ(peers_.tasks.size(), 1u);
    const v1::NeedRecord record = Record(need_id);
    EXPECT_FALSE(record.publishing());
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
    EXPECT_EQ(record.publish_attempt(), attempt);
    EXPECT_EQ(record.need().task_id(), (peers_.tasks.at({need_id, attempt}).task_id()));
  }

  // The timer of the publication: the need's own deadline is days away.
  std::optional<Time> NextTimer(const std::string& need_id) {
    const auto next = Ok(stores_[0]->NextTimer(stores_[0]->keys().ShardOfId(need_id)));
    return next && *next <= clock_.Now() + kPublishRetry ? next : std::nullopt;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, PublishTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

// Another writer between two steps, by a hook of the memory double.
class PublishRaceTest : public PublishTest {};

INSTANTIATE_TEST_SUITE_P(Stores, PublishRaceTest, ::testing::Values(Backend::kMemory), BackendName);

// A copy of the request has begun the publication between this one's mark and its commit.
TEST_P(PublishRaceTest, ACopyThatComesTooLateLeavesTheMarkOfTheOther) {
  const std::string need = AcceptedNeed().need_id();
  const int shard = stores_[0]->keys().ShardOfId(need);
  while (stores_[0]->keys().ShardOfId(coordinator_id_) == shard) coordinator_id_ = NewPerson();
  coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
  v1::PublishNeedRequest request;
  request.set_request_id("p1");
  request.set_need_id(need);
  const rpc::CallContext context = rpc::CallContext::Internal(
      auth::Principal::Person(coordinator_id_, {{auth::v1::ROLE_COORDINATOR, kSubdistrict}}),
      "baodao.lists.v1.NeedService/PublishNeed");
  absl::Status copied = absl::UnknownError("not called");
  const auto copy = [&]() -> Task<void> {
    copied = (co_await replicas_[1]->publications.Publish(context, request)).status();
  };
  bool done = false;
  static_cast<store::MemoryStore&>(*stores_[0])
      .SetFaults([&](std::string_view method, std::string_view) {
        store::Fault fault;
        if (method != "Apply" || std::exchange(done, true)) return fault;
        asio::co_spawn(loop_, copy(), asio::detached);
        fault.yield = true;
        return fault;
      });
  const auto answer = Publish(coordinator_, need, "p1");
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_THAT(copied, testing::IsOk());
  EXPECT_EQ(peers_.requests.size(), 1u);
  const store::RequestKey other{coordinator_id_, "p1", 7};
  const int caller_shard = stores_[0]->keys().ShardOfId(coordinator_id_);
  EXPECT_EQ(testing::Run(loop_, stores_[0]->MarkRequest(caller_shard, other)).value(),
            store::Marking::kReused);
}

TEST_P(PublishTest, CarriesTheNeedToDispatch) {
  const v1::Need need = AcceptedNeed();
  ASSERT_THAT(Publish(coordinator_, need.need_id(), "p1"), testing::IsOk());
  ExpectOneTask(need.need_id());
  ASSERT_EQ(peers_.requests.size(), 1u);
  const auto& request = peers_.requests[0];
  EXPECT_EQ(request.requester_id(), requester_id_);
  EXPECT_EQ(request.publisher_id(), coordinator_id_);
  EXPECT_EQ(request.contact().phone(), "13812345678");
  // An address was given, no place: listed at the centre of its area, where nobody is sent.
  EXPECT_NEAR(request.place().latitude(), 31.27, 1e-9);
  EXPECT_FALSE(request.contact().has_place());
  EXPECT_FALSE(NextTimer(need.need_id()).has_value());
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p2"),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  const auto again = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->task_id(), Record(need.need_id()).need().task_id());
  EXPECT_EQ(peers_.requests.size(), 1u);
}

TEST_P(PublishTest, ARefusalIsTheAnswerAndTheNeedIsFreeAgain) {
  const v1::Need need = AcceptedNeed();
  peers_.fates = {Fate::kRefused};
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p1"),
              testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_FALSE(Record(need.need_id()).publishing());
  EXPECT_FALSE(NextTimer(need.need_id()).has_value());
  // Refusals are not kept: the same request is decided anew.
  ASSERT_THAT(Publish(coordinator_, need.need_id(), "p1"), testing::IsOk());
  ExpectOneTask(need.need_id(), 2);
}

TEST_P(PublishTest, AnUnreachableDispatchIsTriedAgainByTheCaller) {
  const v1::Need need = AcceptedNeed();
  peers_.fates = {Fate::kUnreachable, Fate::kLostAnswer};
  EXPECT_EQ(Publish(coordinator_, need.need_id(), "p1").status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Record(need.need_id()).publishing());
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "other"),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  EXPECT_EQ(Publish(coordinator_, need.need_id(), "p1").status().code(),
            absl::StatusCode::kUnavailable);
  const auto published = Publish(coordinator_, need.need_id(), "p1", 1);
  ASSERT_THAT(published, testing::IsOk());
  ExpectOneTask(need.need_id());
}

TEST_P(PublishTest, TheTimerFinishesWhatACallerLeftBehind) {
  for (const Fate fate : {Fate::kUnreachable, Fate::kLostAnswer}) {
    peers_.tasks.clear();
    const v1::Need need = AcceptedNeed();
    peers_.fates = {fate};
    const std::string request_id = NextRequest();
    EXPECT_FALSE(Publish(coordinator_, need.need_id(), request_id).ok());
    const auto due = NextTimer(need.need_id());
    ASSERT_TRUE(due.has_value());
    EXPECT_EQ(*due, clock_.Now() + kPublishRetry);

    timers::TimerLoop timers(*stores_[1], clock_);
    timers.Register(std::string(kPublishTimer), [&](const timers::Timer& timer) {
      return replicas_[1]->publications.Resume(timer.id);
    });
    bool stopped = false;
    asio::co_spawn(loop_, timers.Run(), [&](std::exception_ptr) { stopped = true; });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    loop_.restart();
    while (timers.stats().fired == 0 && std::chrono::steady_clock::now() < end) {
      loop_.run_one_until(std::chrono::steady_clock::now() + Millis(5));
      clock_.Advance(Millis(500));
    }
    ExpectOneTask(need.need_id());
    EXPECT_FALSE(NextTimer(need.need_id()).has_value());
    timers.Stop();
    while (!stopped && std::chrono::steady_clock::now() < end) {
      loop_.run_one_until(std::chrono::steady_clock::now() + Millis(5));
      clock_.Advance(Millis(500));
    }
    // The caller's request has its answer all the same.
    const auto calls = peers_.requests.size();
    const auto answer =
        Publish(tokens_.Coordinator(coordinator_id_, kSubdistrict), need.need_id(), request_id);
    ASSERT_THAT(answer, testing::IsOk());
    EXPECT_EQ(answer->task_id(), Record(need.need_id()).need().task_id());
    EXPECT_EQ(peers_.requests.size(), calls);
  }
}

TEST_P(PublishTest, ATimerOfAFinishedPublicationOnlyClearsItself) {
  const v1::Need need = AcceptedNeed();
  ASSERT_THAT(Publish(coordinator_, need.need_id(), "p1"), testing::IsOk());
  store::Commit commit(replicas_[0]->records.store().keys().ShardOfId(need.need_id()));
  commit.SetTimer(timers::Member(kPublishTimer, need.need_id()), clock_.Now());
  ASSERT_THAT(testing::Run(loop_, stores_[0]->Apply(commit)), testing::IsOk());
  ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
  EXPECT_FALSE(NextTimer(need.need_id()).has_value());
  EXPECT_EQ(peers_.requests.size(), 1u);
  ASSERT_THAT(Resume(ids::New("ned", 3)), testing::IsOk());
}

// Resume found nothing running, and then cleared the timer of the publication begun meanwhile: the
// need hung where its caller was lost.
TEST_P(PublishRaceTest, ATimerThatFoundNothingRunningLeavesANewPublicationItsTimer) {
  const v1::Need need = AcceptedNeed();
  auto& store = static_cast<store::MemoryStore&>(*stores_[0]);
  bool begun = false, published = false;
  store.SetFaults([&](std::string_view method, std::string_view) {
    store::Fault fault;
    if (method != "Apply" || std::exchange(begun, true)) return fault;
    // The other replica begins between Resume's look and its commit.
    peers_.fates = {Fate::kUnreachable};
    v1::PublishNeedRequest request;
    request.set_request_id("p1");
    request.set_need_id(need.need_id());
    asio::co_spawn(loop_, CallTask<v1::NeedService>(&Needs::PublishNeed, coordinator_, request, 1),
                   [&](std::exception_ptr, absl::StatusOr<v1::Need>) { published = true; });
    fault.delay = Millis(1'000);
    return fault;
  });
  std::optional<absl::Status> resumed;
  asio::co_spawn(loop_, replicas_[0]->publications.Resume(need.need_id()),
                 [&](std::exception_ptr, absl::Status status) { resumed = std::move(status); });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  loop_.restart();
  while (!published && std::chrono::steady_clock::now() < end) loop_.run_one_until(end);
  ASSERT_TRUE(published && !resumed.has_value());
  ASSERT_TRUE(Record(need.need_id()).publishing());
  clock_.Advance(Millis(1'000));
  loop_.restart();
  while (!resumed && std::chrono::steady_clock::now() < end) loop_.run_one_until(end);
  store.SetFaults(nullptr);
  ASSERT_TRUE(resumed.has_value());
  EXPECT_FALSE(resumed->ok()) << "it comes again";
  ASSERT_TRUE(NextTimer(need.need_id()).has_value());
  ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
  ExpectOneTask(need.need_id());
  EXPECT_FALSE(NextTimer(need.need_id()).has_value());
}

TEST_P(PublishTest, DispatchsOwnEventFinishesAPublicationToo) {
  const v1::Need need = AcceptedNeed();
  peers_.fates = {Fate::kLostAnswer};
  EXPECT_FALSE(Publish(coordinator_, need.need_id(), "p1").ok());
  const std::string task = peers_.tasks.at({need.need_id(), 1}).task_id();
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_OPEN, 1), testing::IsOk());
  ExpectOneTask(need.need_id());
  EXPECT_FALSE(NextTimer(need.need_id()).has_value());
  const auto answer = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(answer->task_id(), task);
  EXPECT_EQ(peers_.requests.size(), 1u);
}

TEST_P(PublishTest, ALostTaskMakesRoomForAnother) {
  const v1::Need need = AcceptedNeed();
  const auto first = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(first, testing::IsOk());
  ASSERT_THAT(TellTask(need.need_id(), first->task_id(), dispatch::v1::TASK_STATE_EXPIRED, 4),
              testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_ACCEPTED);
  const auto second = Publish(coordinator_, need.need_id(), "p2");
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_NE(second->task_id(), first->task_id());
  EXPECT_EQ(peers_.requests.back().need_attempt(), 2);
  ASSERT_THAT(TellTask(need.need_id(), first->task_id(), dispatch::v1::TASK_STATE_CANCELLED, 9),
              testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().task_id(), second->task_id());
}

TEST_P(PublishTest, ManyAtOnceMakeOneTask) {
  const v1::Need need = AcceptedNeed();
  std::vector<Task<absl::StatusOr<v1::Need>>> calls;
  for (int i = 0; i < 60; ++i) {
    v1::PublishNeedRequest request;
    request.set_request_id("p" + std::to_string(i % 6));
    request.set_need_id(need.need_id());
    calls.push_back(CallTask<v1::NeedService>(&Needs::PublishNeed, coordinator_, request, i % 2));
  }
  const auto answers = RunAll(std::move(calls));
  EXPECT_THAT(answers, ::testing::Each(::testing::AnyOf(
                           testing::IsOk(), testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED))));
  EXPECT_THAT(answers, ::testing::Contains(testing::IsOk()).Times(10));
  ExpectOneTask(need.need_id());
}

// Crashes, losses and delays of the store and of dispatch, replayable by seed: callers give up at
// any point, other replicas and the timer go on.
class PublishSimulation : public PublishTest {};

INSTANTIATE_TEST_SUITE_P(Stores, PublishSimulation, ::testing::Values(Backend::kMemory),
                         [](const auto&) { return "Memory"; });

TEST_P(PublishSimulation, AlwaysEndsWithOneTask) {
  for (int seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    requester_ = tokens_.Person(NewPerson());  // nobody may raise so many needs alone
    const v1::Need need = AcceptedNeed();
    peers_.tasks.clear();
    peers_.fates.clear();
    SetFaults(AnyFault(random));
    const std::string request_id = NextRequest();
    bool answered = false;
    for (int step = 0; step < 40 && !answered; ++step) {
      peers_.fates = {static_cast<Fate>(random() % 3)};
      switch (random() % 3) {
        case 0:
          (void)Resume(need.need_id(), static_cast<int>(random() % 2)).ok();
          break;
        case 1:
          if (peers_.tasks.count({need.need_id(), 1}) > 0) {
            (void)TellTask(need.need_id(), peers_.tasks.at({need.need_id(), 1}).task_id(),
                           dispatch::v1::TASK_STATE_OPEN, 1)
                .ok();
          }
          break;
        default:
          answered =
              Publish(coordinator_, need.need_id(), request_id, static_cast<int>(random() % 2))
                  .ok();
      }
    }
    SetFaults(nullptr);
    peers_.fates.clear();
    const auto answer = Publish(coordinator_, need.need_id(), request_id);
    ASSERT_THAT(answer, testing::IsOk());
    ExpectOneTask(need.need_id());
    EXPECT_EQ(answer->task_id(), Record(need.need_id()).need().task_id());
    ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
    EXPECT_FALSE(NextTimer(need.need_id()).has_value());
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace baodao::lists
