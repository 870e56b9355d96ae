// Matching through gRPC and on a real Redis: access, languages, leases, events.
#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baodao/matching/v1/matching.grpc.pb.h"
#include "common/events/tail.h"
#include "common/store/mutate.h"
#include "common/testing/service_fixture.h"
#include "services/matching/rpc/handlers.h"
#include "services/matching/store/lease.h"
#include "services/matching/workers/feed.h"
#include "tests/unit/matching/fake_dispatch.h"
#include "tests/unit/matching/fake_people.h"
#include "tests/unit/matching/world.h"

namespace baodao::matching {
namespace {

using namespace testing;  // NOLINT
using baodao::testing::Backend;
using Matchings = rpc::AsyncOf<v1::MatchingService>;

Task<absl::StatusOr<std::vector<areas::Area>>> SmallAreas() {
  const auto tree = SmallTree();
  co_return std::vector<areas::Area>(tree->All().begin(), tree->All().end());
}

IndexFeed::Options TwoShards() {
  IndexFeed::Options options;
  options.shards = 2;
  return options;
}

class ServiceTest : public baodao::testing::ServiceFixture {
 protected:
  // In memory: matching keeps only answers.
  ServiceTest() : ServiceFixture(Backend::kMemory, "matching", 2) {
    clock_.AdvanceTo(kNow);
    for (int i = 0; i < 4; ++i) {
      people_.push_back(ids::New("per", 0));
      Profile profile = MakeProfile(people_.back());
      profile.mutable_home()->set_latitude(31.277 + 0.001 * i);
      if (i < 2) profile.add_skills("first_aid");
      source_.profiles.push_back(profile);
    }
    DispatchTask task = MakeTask(task_id_);
    task.add_skills("first_aid");
    dispatch_.tasks[task_id_] = task;
    Run(feed_.Load());
    handlers_.Register(&router_);
    Serve(router_, registry_, handlers_.Policy(tree_));
  }

  absl::StatusOr<v1::RecommendPeopleResponse> People(std::string token, std::string task_id,
                                                     std::string language = "zh-CN") {
    v1::RecommendPeopleRequest request;
    request.set_task_id(std::move(task_id));
    return Call<v1::MatchingService>(&Matchings::RecommendPeople, token, request, 0, language);
  }
  absl::StatusOr<v1::RunMatchingResponse> RunMatching(std::string token, std::string area,
                                                      bool dry_run) {
    v1::RunMatchingRequest request;
    request.set_request_id("run-" + std::to_string(++runs_));
    request.set_area_code(std::move(area));
    request.set_dry_run(dry_run);
    return Call<v1::MatchingService>(&Matchings::RunMatching, token, request);
  }
  std::string Coordinator(const std::string& area) { return tokens_.Coordinator(people_[3], area); }

  metrics::Registry registry_;
  std::vector<std::string> people_;
  std::string task_id_ = ids::New("tsk", 0);
  FakePeople source_;
  FakeDispatch dispatch_{clock_};
  Settings settings_;
  MatchingMetrics metrics_{registry_};
  CandidateIndex index_;
  areas::AreaTreeFeed tree_{&SmallAreas, clock_};
  IndexFeed feed_{index_, tree_, source_, dispatch_, clock_, TwoShards()};
  Matcher matcher_{loop_, index_, settings_, clock_, metrics_};
  Offers offers_{index_, dispatch_, settings_, clock_, metrics_};
  MatchingHandlers handlers_{index_,      dispatch_, matcher_, offers_,
                             OpenStore(), settings_, clock_,   metrics_};
  int runs_ = 0;
  rpc::Router router_;
};

TEST_F(ServiceTest, OnlyCoordinatorsOfTheAreaSeeWhoFits) {
  EXPECT_THAT(People("", task_id_), baodao::testing::IsRefusal(Reason::UNAUTHENTICATED));
  EXPECT_THAT(People(tokens_.Person(people_[0]), task_id_),
              baodao::testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(People(Coordinator("310110002"), task_id_),
              baodao::testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(People(Coordinator("310110001001"), task_id_), baodao::testing::IsOk());
  EXPECT_THAT(People(Coordinator("310110"), task_id_), baodao::testing::IsOk());
  EXPECT_THAT(People(tokens_.Operator(), task_id_), baodao::testing::IsOk());
}

TEST_F(ServiceTest, PeopleComeWithReasonsInTheLanguageAsked) {
  const auto zh = People(Coordinator("310110"), task_id_);
  ASSERT_THAT(zh, baodao::testing::IsOk());
  ASSERT_EQ(zh->candidates_size(), 2);
  EXPECT_EQ(zh->candidates(0).person_id(), people_[0]) << "the nearest first";
  double sum = 0;
  for (const auto& reason : zh->candidates(1).reasons()) sum += reason.cost();
  EXPECT_NEAR(sum, zh->candidates(1).cost(), 1e-6);
  EXPECT_NEAR(zh->candidates(1).distance_m(), 111, 2);
  ASSERT_EQ(zh->blockers_size(), 1);
  EXPECT_EQ(zh->blockers(0).reason(), "MISSING_SKILL");
  EXPECT_EQ(zh->blockers(0).people(), 2);
  EXPECT_NE(zh->blockers(0).text().find("急救"), std::string::npos);
  const auto en = People(Coordinator("310110"), task_id_, "en");
  ASSERT_THAT(en, baodao::testing::IsOk());
  EXPECT_NE(en->blockers(0).text().find("first aid"), std::string::npos);
}

TEST_F(ServiceTest, TasksThatAreOverOrUnknownAreNamedSo) {
  const std::string closed = ids::New("tsk", 0);
  dispatch_.tasks[closed] = MakeTask(closed);
  dispatch_.tasks[closed].set_state(dispatch::v1::TASK_STATE_CLOSED);
  const absl::Status status = People(Coordinator("310110"), closed).status();
  EXPECT_THAT(status, baodao::testing::IsRefusal(Reason::TASK_NOT_OPEN)) << status;
  EXPECT_EQ(MetadataOf(status)["state"], "CLOSED");
  EXPECT_THAT(People(Coordinator("310110"), ids::New("tsk", 0)),
              baodao::testing::IsRefusal(Reason::NOT_FOUND));
}

TEST_F(ServiceTest, PeopleSeeTheirOwnTasksOnly) {
  const auto ask = [&](std::string token) {
    v1::RecommendTasksRequest request;
    request.set_person_id(people_[0]);
    return Call<v1::MatchingService>(&Matchings::RecommendTasks, token, request);
  };
  const auto own = ask(tokens_.Person(people_[0]));
  ASSERT_THAT(own, baodao::testing::IsOk());
  ASSERT_EQ(own->items_size(), 1);
  EXPECT_EQ(own->items(0).task().task_id(), task_id_);
  EXPECT_FALSE(own->items(0).candidate().reasons().empty());
  EXPECT_THAT(ask(tokens_.Person(people_[1])),
              baodao::testing::IsRefusal(Reason::PERMISSION_DENIED));
}

TEST_F(ServiceTest, DryRunOffersNothingARunDoes) {
  const auto dry = RunMatching(Coordinator("310110001"), "310110001", true);
  ASSERT_THAT(dry, baodao::testing::IsOk());
  EXPECT_EQ(dry->open_tasks(), 1);
  EXPECT_EQ(dry->open_slots(), 2);
  EXPECT_EQ(dry->filled(), 2);
  EXPECT_EQ(dry->offers_made(), 0);
  EXPECT_EQ(dispatch_.offer_calls, 0);
  const auto run = RunMatching(Coordinator("310110001"), "310110001", false);
  ASSERT_THAT(run, baodao::testing::IsOk());
  EXPECT_EQ(run->offers_made(), 2);
  const auto again = RunMatching(Coordinator("310110001"), "310110001", false);
  ASSERT_THAT(again, baodao::testing::IsOk());
  EXPECT_EQ(again->offers_made(), 0) << "everybody has been asked";
}

// An app that lost the answer sends the run again: nobody else is to be asked.
TEST_F(ServiceTest, TheSameRunIsAnsweredAgainAndOffersNothingMore) {
  settings_.shun = Millis(0);
  dispatch_.refusal = Refuse(Reason::OVERLAPPING_TASK);
  v1::RunMatchingRequest request;
  request.set_request_id("once");
  request.set_area_code("310110001");
  const auto run = [&] {
    return Call<v1::MatchingService>(&Matchings::RunMatching, Coordinator("310110001"), request);
  };
  const auto first = run();
  ASSERT_THAT(first, baodao::testing::IsOk());
  ASSERT_EQ(dispatch_.offer_calls, 2);
  // Now everybody would take the task.
  dispatch_.refusal = absl::OkStatus();
  clock_.Advance(Millis(1));
  const auto again = run();
  ASSERT_THAT(again, baodao::testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(dispatch_.offer_calls, 2);
  request.set_dry_run(true);
  EXPECT_THAT(run(), baodao::testing::IsRefusal(Reason::REQUEST_ID_REUSED));
}

// Two copies of one request, or one sent again after the service died in the middle of it.
TEST_F(ServiceTest, ARunThatIsUnderWayIsNotRunOnceMore) {
  const std::string token = Coordinator("310110001");
  v1::RunMatchingRequest request;
  request.set_request_id("twice");
  request.set_area_code("310110001");
  const store::RequestKey key =
      store::MakeRequestKey(people_[3], "baodao.matching.v1.MatchingService/RunMatching", request);
  store::Store& store = *stores_.front();
  const int shard = store.keys().ShardOfText(people_[3]);
  ASSERT_EQ(Ok(store.MarkRequest(shard, key)), store::Marking::kNew);
  EXPECT_THAT(Call<v1::MatchingService>(&Matchings::RunMatching, token, request),
              baodao::testing::IsRefusal(Reason::CONFLICT_RETRY));
  EXPECT_EQ(dispatch_.offer_calls, 0);
}

TEST_F(ServiceTest, ARunThatIsRefusedLeavesNothing) {
  v1::RunMatchingRequest request;
  request.set_request_id("again");
  request.set_area_code("999");
  const std::string token = tokens_.Operator();
  EXPECT_THAT(Call<v1::MatchingService>(&Matchings::RunMatching, token, request),
              baodao::testing::IsRefusal(Reason::AREA_UNKNOWN));
  request.set_area_code("310110001");
  EXPECT_THAT(Call<v1::MatchingService>(&Matchings::RunMatching, token, request),
              baodao::testing::IsOk());
}

TEST_F(ServiceTest, OffersOfARunAreMadeInTheTraceAndTimeOfItsCaller) {
  const auto caller = rpc::CallContext::Internal(
      {}, "test", std::chrono::steady_clock::now() + std::chrono::seconds(30));
  rpc::CallOptions options = rpc::CallOptions::From(caller);
  options.bearer = Coordinator("310110001");
  v1::RunMatchingRequest request;
  request.set_request_id("run");
  request.set_area_code("310110001");
  rpc::Client<v1::MatchingService> client(channel());
  const auto run = Run(client.Call(&Matchings::RunMatching, std::move(options), request));
  ASSERT_THAT(run, baodao::testing::IsOk());
  ASSERT_EQ(run->offers_made(), 2);
  ASSERT_TRUE(dispatch_.options.parent.has_value());
  EXPECT_EQ(dispatch_.options.parent->trace_id(), caller.trace_id());
  EXPECT_LE(dispatch_.options.parent->remaining(), std::chrono::seconds(30));
}

TEST_F(ServiceTest, RunningNeedsTheArea) {
  EXPECT_THAT(RunMatching(Coordinator("310110002"), "310110001", true),
              baodao::testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(RunMatching(tokens_.Operator(), "999999", true),
              baodao::testing::IsRefusal(Reason::AREA_UNKNOWN));
}

class LeaseTest : public baodao::testing::StoreFixture {
 protected:
  LeaseTest() : StoreFixture(Backend::kRedis, "matching", 2) { OpenStore(); }
};

TEST_F(LeaseTest, OneOfTwoReplicasHoldsADistrict) {
  Leases first(*stores_[0], SystemClock(), "a", Millis(60'000));
  Leases second(*stores_[0], SystemClock(), "b", Millis(60'000));
  const Fence held = *Run(first.Hold("310110"));
  EXPECT_TRUE(held.held());
  EXPECT_FALSE(Run(second.Hold("310110"))->held());
  EXPECT_TRUE(Run(second.Hold("310115"))->held());
  const Fence confirmed = *Run(first.Confirm(held));
  EXPECT_EQ(confirmed.token, held.token + 1);
  EXPECT_FALSE(Run(first.Confirm(held))->held()) << "the older fence is spent";
  ASSERT_THAT(Run(first.Release(confirmed)), baodao::testing::IsOk());
  EXPECT_TRUE(Run(second.Hold("310110"))->held());
}

TEST_F(LeaseTest, AHolderWhoseTimePassedIsFencedOff) {
  Leases lease(*stores_[0], SystemClock(), "a", Millis(1));
  Fence held = *Run(lease.Hold("310110"));
  for (int i = 0; i < 1'000 && !held.held(); ++i) held = *Run(lease.Hold("310110"));
  ASSERT_TRUE(held.held());
  held.expires -= std::chrono::seconds(5);  // as if it had slept for so long
  EXPECT_FALSE(Run(lease.Confirm(held))->held());
}

// Events as dispatch writes them.
class EventsTest : public baodao::testing::StoreFixture {
 protected:
  EventsTest() : StoreFixture(Backend::kRedis, "dispatch", 2) { OpenStore(); }
};

TEST_F(EventsTest, EventsOfDispatchReachTheIndex) {
  CandidateIndex index;
  FakeDispatch dispatch(SystemClock());
  FakePeople source;
  areas::AreaTreeFeed tree(&SmallAreas, SystemClock());
  IndexFeed feed(index, tree, source, dispatch, SystemClock(), TwoShards());
  events::TailOptions options;
  options.services.push_back("dispatch");
  options.shards = 2;
  const auto tail = events::NewTail(
      loop_, client(), SystemClock(), options,
      [&feed](const events::Delivery& delivery) { return feed.OnEvent(delivery); },
      [&feed](std::string service, int shard) { return feed.OnGap(std::move(service), shard); });
  ASSERT_THAT(Run(tail->Prepare()), baodao::testing::IsOk());
  Run(feed.Load());
  bool ended = false;
  asio::co_spawn(loop_, tail->Run(), [&](std::exception_ptr) { ended = true; });
  events::v1::Event event;
  *event.mutable_task_changed()->mutable_task() = MakeTask("tsk_a");
  store::Commit commit(1);
  commit.Emit(event.SerializeAsString());
  ASSERT_THAT(Run(stores_[0]->Apply(std::move(commit))), baodao::testing::IsOk());
  EXPECT_TRUE(Await([&] { return index.FindTask("tsk_a") != nullptr; }));
  tail->Stop();
  EXPECT_TRUE(Await([&] { return ended; }));
}

}  // namespace
}  // namespace baodao::matching
