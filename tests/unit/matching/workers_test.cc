// Feed, matcher, offers, leases and the loop, on the in-memory store and a clock of their own.
#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/system_error.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"
#include "services/matching/workers/feed.h"
#include "services/matching/workers/match_loop.h"
#include "tests/unit/matching/fake_dispatch.h"
#include "tests/unit/matching/fake_people.h"
#include "tests/unit/matching/world.h"

namespace baodao::matching {
namespace {

using namespace testing;  // NOLINT
using baodao::testing::FakeClock;

Task<absl::StatusOr<std::vector<areas::Area>>> AreasOf(
    std::shared_ptr<const areas::AreaTree> tree) {
  co_return std::vector<areas::Area>(tree->All().begin(), tree->All().end());
}

// One replica of matching on doubles of everything else.
struct Replica {
  Replica(asio::io_context& loop, Clock& clock, store::Store& store, FakePeople& people,
          FakeDispatch& fake_dispatch, std::shared_ptr<const areas::AreaTree> area_tree,
          const Settings& settings, const std::string& name)
      : tree([area_tree] { return AreasOf(area_tree); }, clock),
        metrics(registry),
        feed(index, tree, people, fake_dispatch, clock, FeedOptions()),
        matcher(loop, index, settings, clock, metrics),
        offers(index, fake_dispatch, settings, clock, metrics),
        leases(store, clock, name, settings.lease),
        rounds(index, matcher, offers, leases, settings, clock, metrics) {}

  static IndexFeed::Options FeedOptions() {
    IndexFeed::Options options;
    options.shards = 2;
    return options;
  }

  areas::AreaTreeFeed tree;
  metrics::Registry registry;
  MatchingMetrics metrics;
  CandidateIndex index;
  IndexFeed feed;
  Matcher matcher;
  Offers offers;
  Leases leases;
  MatchLoop rounds;
};

class WorkersTest : public ::testing::Test {
 protected:
  WorkersTest() {
    settings_.graph.candidates = 4;
    for (int i = 0; i < 6; ++i) {
      people_.profiles.push_back(MakeProfile("per_" + std::to_string(i)));
    }
  }

  template <class T>
  T Do(Task<T> task) {
    return baodao::testing::Run(loop_, std::move(task));
  }
  std::unique_ptr<Replica> NewReplica(const std::string& name) {
    return std::make_unique<Replica>(loop_, clock_, store_, people_, dispatch_, tree_, settings_,
                                     name);
  }
  std::unique_ptr<Replica> LoadedReplica(const std::string& name) {
    auto replica = NewReplica(name);
    Do(replica->feed.Load());
    return replica;
  }
  // It has changed since it was published.
  static DispatchTask MakeJoinedTask(const std::string& id) {
    DispatchTask task = MakeTask(id);
    task.set_version(2);
    return task;
  }
  void AddTask(const DispatchTask& task) { dispatch_.tasks[task.task_id()] = task; }
  // Runs the feed until it sleeps, does the rest meanwhile, and ends it.
  void WhileFeedRuns(
      Replica& replica, const std::function<void()>& rest = [] {}) {
    asio::cancellation_signal stop;
    bool ended = false;
    asio::co_spawn(
        loop_, replica.feed.Run(),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) { ended = true; }));
    Do(clock_.AwaitSleepers(1));
    rest();
    stop.emit(asio::cancellation_type::terminal);
    loop_.restart();
    while (!ended && loop_.run_one_for(std::chrono::seconds(5)) > 0) {
    }
    EXPECT_TRUE(ended);
  }
  events::Delivery Deliver(events::v1::AssignmentChanged change) {
    events::Delivery delivery;
    delivery.service = "dispatch";
    *delivery.event.mutable_assignment_changed() = std::move(change);
    return delivery;
  }

  asio::io_context loop_;
  FakeClock clock_{loop_, kNow};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("matching", 4), data_, clock_};
  FakePeople people_;
  FakeDispatch dispatch_{clock_};
  std::shared_ptr<const areas::AreaTree> tree_ = SmallTree();
  Settings settings_;
};

TEST_F(WorkersTest, SnapshotHoldsPeopleTasksAndWhoIsOnThem) {
  for (int i = 0; i < 5; ++i) AddTask(MakeJoinedTask("tsk_" + std::to_string(i)));
  DispatchTask served = MakeJoinedTask("tsk_served");
  served.set_state(dispatch::v1::TASK_STATE_SERVED);
  AddTask(served);
  for (const std::string task : {"tsk_3", "tsk_served"}) {
    dispatch::v1::Assignment& assignment = dispatch_.assignments[{task, "per_0"}];
    assignment.set_task_id(task);
    assignment.set_person_id("per_0");
    assignment.set_state(task == "tsk_3" ? dispatch::v1::ASSIGNMENT_STATE_ACCEPTED
                                         : dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT);
  }
  const auto replica = NewReplica("a");
  Do(replica->feed.Load());
  EXPECT_EQ(replica->index.people().size(), 6u);
  EXPECT_EQ(replica->index.tasks().size(), 5u) << "served work is over";
  EXPECT_EQ(replica->index.FindPerson("per_0")->calendar.entries().size(), 2u);
}

// A million tasks that nobody has looked at yet would be as many calls.
TEST_F(WorkersTest, NobodyIsAskedForWhoIsOnATaskAsItWasPublished) {
  DispatchTask fresh = MakeTask("tsk_fresh");
  fresh.set_version(1);
  AddTask(fresh);
  AddTask(MakeJoinedTask("tsk_joined"));
  const auto replica = LoadedReplica("a");
  EXPECT_EQ(dispatch_.listed, std::vector<std::string>{"tsk_joined"});
  EXPECT_NE(replica->index.FindTask("tsk_fresh"), nullptr);
}

TEST_F(WorkersTest, LoadWaitsForDispatch) {
  AddTask(MakeTask("tsk_a"));
  dispatch_.outages = 2;
  const auto replica = NewReplica("a");
  bool loaded = false;
  asio::co_spawn(loop_, replica->feed.Load(), [&](std::exception_ptr) { loaded = true; });
  for (int i = 0; i < 2; ++i) {
    Do(clock_.AwaitSleepers(1));
    EXPECT_FALSE(loaded);
    clock_.Advance(std::chrono::seconds(5));
  }
  while (!loaded) loop_.run_one();
  EXPECT_NE(replica->index.FindTask("tsk_a"), nullptr);
}

TEST_F(WorkersTest, EventOfATaskNotHeardOfFetchesIt) {
  const auto replica = LoadedReplica("a");
  const DispatchTask task = MakeTask("tsk_new");
  AddTask(task);
  auto delivery = Deliver(MakeChange(task, "per_0", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED));
  delivery.event.set_trace_id("0123456789abcdef0123456789abcdef");
  EXPECT_THAT(Do(replica->feed.OnEvent(delivery)), baodao::testing::IsOk());
  EXPECT_NE(replica->index.FindTask("tsk_new"), nullptr);
  EXPECT_EQ(dispatch_.options.parent->trace_id(), "0123456789abcdef0123456789abcdef");
}

// Every start once read everybody on every task that ever closed, though three months of them
// count.
TEST_F(WorkersTest, HistoryIsReadAsFarBackAsItCounts) {
  const auto add = [&](const std::string& id, Time start,
                       TaskState state = dispatch::v1::TASK_STATE_CLOSED) {
    const bool came = state == dispatch::v1::TASK_STATE_CLOSED;
    DispatchTask task = MakeJoinedTask(id);
    task.set_state(state);
    *task.mutable_window()->mutable_start() = ToTimestamp(start);
    *task.mutable_window()->mutable_end() = ToTimestamp(start + hours(2));
    AddTask(task);
    dispatch::v1::Assignment& assignment = dispatch_.assignments[{id, "per_0"}];
    assignment.set_task_id(id);
    assignment.set_person_id("per_0");
    assignment.set_state(came ? dispatch::v1::ASSIGNMENT_STATE_CREDITED
                              : dispatch::v1::ASSIGNMENT_STATE_NO_SHOW);
  };
  for (int year = 1; year <= 3; ++year) {
    add("tsk_" + std::to_string(year), kNow - year * hours(24 * 365));
  }
  add("tsk_then", kNow - kHistory - hours(1));  // it ended within the time
  add("tsk_now", kNow - hours(30));
  add("tsk_vain", kNow - hours(60), dispatch::v1::TASK_STATE_EXPIRED);
  add("tsk_vain2", kNow - hours(70), dispatch::v1::TASK_STATE_CANCELLED);
  const auto replica = LoadedReplica("a");
  dispatch_.pages = 0;
  WhileFeedRuns(*replica);
  const Person& person = *replica->index.FindPerson("per_0");
  EXPECT_EQ(person.history->served(), 2);
  EXPECT_EQ(person.history->missed(), 2);
  EXPECT_EQ(person.calendar.entries().size(), 1u) << "fairness looks back a month";
  EXPECT_EQ(dispatch_.listed,
            (std::vector<std::string>{"tsk_now", "tsk_then", "tsk_vain", "tsk_vain2"}));
  EXPECT_EQ(dispatch_.pages, 2) << "of all ended states together";
}

TEST_F(WorkersTest, AfterAGapWhatEndedUnheardIsForgotten) {
  for (const std::string id : {"tsk_a", "tsk_b", "tsk_c"}) AddTask(MakeTask(id));
  const auto replica = LoadedReplica("a");
  dispatch_.tasks["tsk_a"].set_state(dispatch::v1::TASK_STATE_CANCELLED);
  dispatch_.tasks["tsk_a"].set_version(2);
  dispatch_.tasks.erase("tsk_b");
  AddTask(MakeTask("tsk_d"));
  Do(replica->feed.OnGap("dispatch", 0));
  std::set<std::string> left;
  for (const auto& [id, task] : replica->index.tasks()) left.insert(id);
  EXPECT_EQ(left, (std::set<std::string>{"tsk_c", "tsk_d"}));
}

// A replica that lived through a gap knew less of people than one that started after it.
TEST_F(WorkersTest, AfterAGapWhatCameOfTheWorkIsKnown) {
  using namespace dispatch::v1;  // NOLINT
  const auto assign = [&](const std::string& task, const std::string& person,
                          AssignmentState state) {
    Assignment& assignment = dispatch_.assignments[{task, person}];
    assignment.set_task_id(task);
    assignment.set_person_id(person);
    assignment.set_state(state);
    *assignment.mutable_update_time() = ToTimestamp(clock_.Now());
  };
  const auto end = [&](const std::string& id, TaskState state) {
    DispatchTask task = MakeTask(id);
    *task.mutable_window()->mutable_start() = ToTimestamp(kNow - hours(2));
    *task.mutable_window()->mutable_end() = ToTimestamp(kNow - hours(1));
    task.set_state(state);
    task.set_version(5);
    AddTask(task);
  };
  for (const std::string id : {"tsk_a", "tsk_b"}) AddTask(MakeJoinedTask(id));
  assign("tsk_a", "per_0", ASSIGNMENT_STATE_ACCEPTED);
  const auto lived = LoadedReplica("a");
  WhileFeedRuns(*lived);
  end("tsk_a", TASK_STATE_CANCELLED);
  assign("tsk_a", "per_0", ASSIGNMENT_STATE_NO_SHOW);
  end("tsk_b", TASK_STATE_SERVED);
  assign("tsk_b", "per_1", ASSIGNMENT_STATE_SIGNED_OUT);
  end("tsk_c", TASK_STATE_CLOSED);  // published meanwhile
  assign("tsk_c", "per_1", ASSIGNMENT_STATE_CREDITED);
  Do(lived->feed.OnGap("dispatch", 0));
  WhileFeedRuns(*lived);
  const auto started = LoadedReplica("b");
  WhileFeedRuns(*started);
  for (const auto* replica : {lived.get(), started.get()}) {
    const Person& missed = *replica->index.FindPerson("per_0");
    EXPECT_EQ(missed.history->missed(), 1);
    EXPECT_TRUE(missed.calendar.empty());
    EXPECT_EQ(replica->index.FindPerson("per_1")->history->served(), 2);
  }
}

// One page that could not be read once meant to begin all of it again.
TEST_F(WorkersTest, HistoryGoesOnWhereItStopped) {
  std::vector<std::string> all;
  for (int i = 0; i < 6; ++i) {
    DispatchTask task = MakeJoinedTask("tsk_" + std::to_string(i));
    task.set_state(dispatch::v1::TASK_STATE_CLOSED);
    *task.mutable_window()->mutable_start() = ToTimestamp(kNow - hours(20));
    *task.mutable_window()->mutable_end() = ToTimestamp(kNow - hours(18));
    AddTask(task);
    all.push_back(task.task_id());
  }
  // The first page of the list is read, the second fails; what is read after that.
  const auto rest = [&](Reason reason) {
    const auto replica = LoadedReplica("a");
    dispatch_.listed.clear();
    dispatch_.fail_after_pages = dispatch_.pages + 1;
    dispatch_.page_failure = reason;
    WhileFeedRuns(*replica, [&] {
      EXPECT_EQ(dispatch_.listed, (std::vector<std::string>{"tsk_0", "tsk_1"}));
      dispatch_.listed.clear();
      clock_.Advance(kFeedPause);
      Do(clock_.AwaitSleepers(1));
    });
    return dispatch_.listed;
  };
  EXPECT_EQ(rest(Reason::PEER_UNAVAILABLE), std::vector<std::string>(all.begin() + 2, all.end()));
  EXPECT_EQ(rest(Reason::PAGE_TOKEN_EXPIRED), all);
}

TEST_F(WorkersTest, OffersOnlyAfterPeopleHadTheirChance) {
  AddTask(MakeTask("tsk_a"));
  const auto replica = LoadedReplica("a");
  EXPECT_EQ(Do(replica->rounds.Round()), 0);
  clock_.Advance(settings_.offer_after);
  EXPECT_EQ(Do(replica->rounds.Round()), 1) << "one slot is needed, two are free";
  EXPECT_EQ(Do(replica->rounds.Round()), 0) << "it has been offered";
  EXPECT_EQ(dispatch_.offers.size(), 1u);
  EXPECT_EQ(dispatch_.offers.begin()->second.ttl_seconds(), 1800);
}

TEST_F(WorkersTest, TheOffersOfARunShareATrace) {
  AddTask(MakeTask("tsk_a"));
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  ASSERT_EQ(Do(replica->rounds.Round()), 1);
  ASSERT_TRUE(dispatch_.options.parent.has_value());
  EXPECT_EQ(dispatch_.options.parent->trace_id().size(), 32u);
}

// Rounds once went over districts only, and what lies above all of them was nobody's.
TEST_F(WorkersTest, TasksAboveAllDistrictsAreMatchedToo) {
  tree_ = CityTree();
  AddTask(MakeTask("tsk_city", "310000"));
  AddTask(MakeTask("tsk_community"));
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  EXPECT_EQ(Do(replica->rounds.Round()), 2);
  std::set<std::string> offered;
  for (const auto& [id, offer] : dispatch_.offers) offered.insert(offer.task_id());
  EXPECT_EQ(offered, (std::set<std::string>{"tsk_city", "tsk_community"}));
  // Each once: the run over the city leaves out what its districts have.
  MatchOrder order;
  order.area_code = "310000";
  order.outside_districts = true;
  EXPECT_EQ(Do(replica->matcher.Run(order))->open_tasks, 1);
}

// An escalation above the district once widened nothing: people were still sought in the district.
TEST_F(WorkersTest, PeopleOfOtherDistrictsComeWhereATaskAdmitsThem) {
  tree_ = CityTree();
  people_.profiles.clear();
  people_.profiles.push_back(MakeProfile("per_neighbour", "310109001001"));
  DispatchTask task = MakeTask("tsk_a");
  task.set_eligible_area_code("310110");
  AddTask(task);
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  EXPECT_EQ(Do(replica->rounds.Round()), 0);
  task.set_eligible_area_code("310000");
  task.set_version(2);
  replica->index.Apply(task, clock_.Now());
  ASSERT_EQ(Do(replica->rounds.Round()), 1);
  EXPECT_EQ(dispatch_.offers.begin()->second.person_id(), "per_neighbour");
}

TEST_F(WorkersTest, WhoDeclinedIsNotAskedAgainTheNextOneIs) {
  const DispatchTask task = MakeTask("tsk_a");
  AddTask(task);
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  std::set<std::string> asked;
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(Do(replica->rounds.Round()), 1) << i;
    for (const auto& [id, offer] : dispatch_.offers) {
      if (!asked.insert(offer.person_id()).second) continue;
      clock_.Advance(std::chrono::seconds(1));
      auto declined = MakeChange(task, offer.person_id(), dispatch::v1::ASSIGNMENT_STATE_DECLINED,
                                 clock_.Now());
      const auto delivery = Deliver(std::move(declined));
      ASSERT_THAT(Do(replica->feed.OnEvent(delivery)), baodao::testing::IsOk());
    }
  }
  EXPECT_EQ(asked.size(), 6u);
  EXPECT_EQ(Do(replica->rounds.Round()), 0) << "everybody has been asked";
}

TEST_F(WorkersTest, NobodyIsAskedShortlyBeforeTheStart) {
  AddTask(MakeTask("tsk_a"));
  const auto replica = LoadedReplica("a");
  clock_.AdvanceTo(kNow + hours(25) - settings_.offer_until);
  EXPECT_EQ(Do(replica->rounds.Round()), 0);
}

TEST_F(WorkersTest, RefusedPairIsLeftAloneForAWhile) {
  people_.profiles.resize(1);
  AddTask(MakeTask("tsk_a"));
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  dispatch_.refusal = Refuse(Reason::OVERLAPPING_TASK, {{"task", "tsk_z"}});
  EXPECT_EQ(Do(replica->rounds.Round()), 0);
  EXPECT_EQ(Do(replica->rounds.Round()), 0);
  EXPECT_EQ(dispatch_.offer_calls, 1);
  dispatch_.refusal = absl::OkStatus();
  clock_.Advance(settings_.shun);
  EXPECT_EQ(Do(replica->rounds.Round()), 1);
}

TEST_F(WorkersTest, OutageOfDispatchIsTriedAgainUnderTheSameRequest) {
  people_.profiles.resize(1);
  AddTask(MakeTask("tsk_a"));
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  dispatch_.refusal = Refuse(Reason::PEER_UNAVAILABLE);
  EXPECT_EQ(Do(replica->rounds.Round()), 0);
  dispatch_.refusal = absl::OkStatus();
  EXPECT_EQ(Do(replica->rounds.Round()), 1);
  EXPECT_EQ(dispatch_.offers.size(), 1u);
}

TEST_F(WorkersTest, OneReplicaLeadsUntilItsLeaseEnds) {
  AddTask(MakeTask("tsk_a"));
  const auto first = LoadedReplica("a");
  const auto second = LoadedReplica("b");
  clock_.Advance(settings_.offer_after);
  EXPECT_EQ(Do(first->rounds.Round()), 1);
  EXPECT_EQ(Do(second->rounds.Round()), 0);
  clock_.Advance(settings_.lease + Millis(1));
  // The second has not heard of the first one's offer: the same pair, hence the same request.
  EXPECT_EQ(Do(second->rounds.Round()), 1);
  EXPECT_EQ(dispatch_.offers.size(), 1u);
  EXPECT_EQ(Do(first->rounds.Round()), 0);
}

TEST_F(WorkersTest, ReleasedLeaseIsTakenAtOnce) {
  AddTask(MakeTask("tsk_a"));
  const auto first = LoadedReplica("a");
  const auto second = LoadedReplica("b");
  Do(first->rounds.Round());
  Do(first->rounds.Release());
  clock_.Advance(settings_.offer_after);
  EXPECT_EQ(Do(second->rounds.Round()), 1);
}

// Release was never called: after each restart the districts had no leader until the leases ended.
TEST_F(WorkersTest, ALoopThatIsStoppedGivesItsLeasesBack) {
  AddTask(MakeTask("tsk_a"));
  const auto first = LoadedReplica("a");
  const auto second = LoadedReplica("b");
  asio::cancellation_signal stop;
  bool cancelled = false, ended = false;
  asio::co_spawn(loop_, first->rounds.Run(),
                 asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr error) {
                   ended = true;
                   try {
                     if (error) std::rethrow_exception(error);
                   } catch (const asio::system_error& e) {
                     cancelled = e.code() == asio::error::operation_aborted;
                   }
                 }));
  Do(clock_.AwaitSleepers(1));
  EXPECT_FALSE(Do(second->leases.Hold("310110"))->held());
  stop.emit(asio::cancellation_type::terminal);
  loop_.restart();
  while (!ended && loop_.run_one_for(std::chrono::seconds(5)) > 0) {
  }
  ASSERT_TRUE(ended);
  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(Do(second->leases.Hold("310110"))->held());
}

TEST_F(WorkersTest, AStaleFenceIsNotConfirmed) {
  Leases first(store_, clock_, "a", settings_.lease);
  Leases second(store_, clock_, "b", settings_.lease);
  const Fence fence = *Do(first.Hold("310110"));
  ASSERT_TRUE(fence.held());
  EXPECT_FALSE(Do(second.Hold("310110"))->held());
  clock_.Advance(settings_.lease + Millis(1));
  EXPECT_FALSE(Do(first.Confirm(fence))->held()) << "its time has passed";
  const Fence taken = *Do(second.Hold("310110"));
  ASSERT_TRUE(taken.held());
  EXPECT_GT(taken.token, fence.token);
  EXPECT_FALSE(Do(first.Confirm(fence))->held()) << "another holds it";
  EXPECT_TRUE(Do(second.Confirm(taken))->held());
}

TEST_F(WorkersTest, ReportComparesWithGreedy) {
  for (int i = 0; i < 3; ++i) AddTask(MakeTask("tsk_" + std::to_string(i)));
  const auto replica = LoadedReplica("a");
  MatchOrder order;
  order.area_code = "310110";
  const MatchReport report = *Do(replica->matcher.Run(order));
  EXPECT_EQ(report.open_tasks, 3);
  EXPECT_EQ(report.open_slots, 6);
  EXPECT_EQ(report.filled, 6);
  EXPECT_EQ(report.candidates, 6);
  EXPECT_GE(report.filled, report.greedy_filled);
  EXPECT_EQ(report.proposals.size(), 6u);
  order.area_code = "310110002";
  EXPECT_EQ(Do(replica->matcher.Run(order))->open_tasks, 0);
}

// One person may be given several tasks in a run, but not two at the same hour. Each new try to
// find the second one took one of the tasks out, and there are more tasks than tries.
TEST_F(WorkersTest, WhatOnePersonCannotBothDoIsNeverProposed) {
  people_.profiles.resize(1);
  settings_.graph.person_capacity = 2;
  settings_.graph.candidates = 24;
  constexpr int kTasks = 10;
  for (int i = 0; i < kTasks; ++i) AddTask(MakeTask("tsk_" + std::to_string(i)));
  const auto replica = LoadedReplica("a");
  MatchOrder order;
  order.area_code = "310110";
  const MatchReport report = *Do(replica->matcher.Run(order));
  EXPECT_EQ(report.proposals.size(), 1u);
  EXPECT_EQ(report.filled, 1);
  EXPECT_EQ(report.greedy_filled, 1) << "what is compared with is possible, too";
}

// A task that conflicts with another is given to somebody else where there is somebody.
TEST_F(WorkersTest, WhatIsTakenFromOnePersonGoesToAnother) {
  people_.profiles.resize(2);
  settings_.graph.person_capacity = 2;
  DispatchTask one = MakeTask("tsk_a"), other = MakeTask("tsk_b");
  one.set_slots_max(1);
  other.set_slots_max(1);
  AddTask(one);
  AddTask(other);
  const auto replica = LoadedReplica("a");
  MatchOrder order;
  order.area_code = "310110";
  const MatchReport report = *Do(replica->matcher.Run(order));
  ASSERT_EQ(report.proposals.size(), 2u);
  EXPECT_NE(report.proposals[0].person_id, report.proposals[1].person_id);
}

// From the setting to the offers that dispatch is asked for.
TEST_F(WorkersTest, APersonMayBeOfferedAsManyTasksAsTheSettingSays) {
  people_.profiles.resize(1);
  const auto at = [&](const std::string& id, Millis start) {
    DispatchTask task = MakeTask(id);
    *task.mutable_window()->mutable_start() = ToTimestamp(kNow + start);
    *task.mutable_window()->mutable_end() = ToTimestamp(kNow + start + hours(2));
    AddTask(task);
  };
  at("tsk_a", hours(25));
  at("tsk_b", hours(28));
  at("tsk_c", hours(31));
  at("tsk_d", hours(31));  // at the same time as the one before
  settings_.graph.person_capacity = 3;
  const auto replica = LoadedReplica("a");
  clock_.Advance(settings_.offer_after);
  EXPECT_EQ(Do(replica->rounds.Round()), 3);
  std::set<std::string> offered;
  for (const auto& [id, offer] : dispatch_.offers) offered.insert(offer.task_id());
  EXPECT_TRUE(offered.contains("tsk_a") && offered.contains("tsk_b"));
  EXPECT_EQ(offered.size(), 3u);
  EXPECT_EQ(Do(replica->rounds.Round()), 0) << "who has offers to answer is left alone";
}

TEST(RequestIdTest, TellsPairsAndRoundsApartAndFits) {
  const Proposal proposal{"tsk_01J0000000000000000000000A", "per_01J0000000000000000000000B", 0,
                          1'748'822'400'000};
  Proposal later = proposal;
  later.round = 0;
  EXPECT_NE(RequestIdOf(proposal), RequestIdOf(later));
  EXPECT_LE(RequestIdOf(proposal).size(), 64u);
  EXPECT_EQ(RequestIdOf(proposal), RequestIdOf(Proposal(proposal)));
}

}  // namespace
}  // namespace baodao::matching
