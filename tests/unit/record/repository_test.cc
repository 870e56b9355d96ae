// Every record has lists that follow it, deadlines, counts and pages.
#include "common/record/repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"
#include "tests/unit/record/thing.h"

namespace baodao::record {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RepositoryTest : public ::testing::Test {
 protected:
  RepositoryTest() { records_.Add(kThing); }

  ProjectRecord Make(const std::string& area, const std::string& category = "a",
                     const std::string& owner = "") {
    clock_.Advance(Millis(1));
    ProjectRecord record;
    Project& project = *record.mutable_project();
    project.set_project_id(ids_.New("prj", records_.ShardOf(area)));
    project.set_area_code(area);
    project.set_category(category);
    project.set_proposer_id(owner);
    project.set_state(kMachine.first());
    EXPECT_THAT(Write({}, record), testing::IsOk());
    return record;
  }
  absl::StatusOr<store::CommitOutcome::Kind> Write(const Versioned<ProjectRecord>& before,
                                                   const ProjectRecord& after) {
    Transaction transaction =
        records_.Begin(store_.keys().ShardOfId(kThing.IdOf(after)), {"per_1", "t", clock_.Now()});
    transaction.Put(kThing, before, after);
    return testing::Run(loop_, records_.Commit(std::move(transaction)));
  }
  Versioned<ProjectRecord> Load(const std::string& id) {
    return *testing::Run(loop_, records_.Find(kThing, id));
  }
  // Changes what is stored.
  absl::Status Change(const std::string& id, const std::function<void(Project&)>& change) {
    const Versioned<ProjectRecord> before = Load(id);
    ProjectRecord after = before.record;
    change(*after.mutable_project());
    return Write(before, after).status();
  }
  struct Listed {
    std::vector<std::string> ids;
    int pages = 0;
    int64_t read = 0;
  };
  Listed List(PageQuery query, std::function<bool(const ProjectRecord&)> fits = nullptr) {
    Listed listed;
    do {
      const auto page = testing::Run(loop_, records_.ReadPage(kThing, query, fits));
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const auto& found : page->records) listed.ids.push_back(kThing.IdOf(found.record));
      listed.read += page->read;
      query.after = page->next;
      ++listed.pages;
    } while (!query.after.empty() && listed.pages < 100);
    return listed;
  }
  std::vector<std::string> In(const std::string& area, std::vector<int> states = {}) {
    const google::protobuf::RepeatedField<int> asked(states.begin(), states.end());
    return List(records_.InArea(kThing, area, asked)).ids;
  }
  int64_t Count(const std::string& from, const std::string& to) {
    const std::string series = "{from=\"" + from + "\",record=\"project\",to=\"" + to + "\"} ";
    const std::string text = registry_.Text();
    const size_t at = text.find(series);
    return at == std::string::npos ? -1 : std::stoll(text.substr(at + series.size()));
  }

  static constexpr int kProposed = lists::v1::PROJECT_STATE_PROPOSED;
  static constexpr int kApproved = lists::v1::PROJECT_STATE_APPROVED;
  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("things", 4), data_, clock_};
  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  metrics::Registry registry_;
  std::shared_ptr<const areas::AreaTree> tree_ = TreeOf(false);
  Repository records_{store_, clock_, ring_, [this] { return tree_; }, registry_};
  ids::Generator ids_{clock_, [] { return uint64_t{1}; }};
};

TEST_F(RepositoryTest, ListsFollowStateCategoryAndArea) {
  const std::string one = Make("c1", "a", "per_1").project().project_id();
  const std::string two = Make("c3", "b").project().project_id();
  EXPECT_THAT(In("d"), ElementsAre(two, one));
  EXPECT_THAT(In("s1"), ElementsAre(one));
  EXPECT_THAT(In("c1", {kProposed}), ElementsAre(one));
  EXPECT_THAT(In("c2"), IsEmpty());
  EXPECT_THAT(List(records_.Of(kThing, "per_1")).ids, ElementsAre(one));
  ASSERT_THAT(
      Change(one, [](Project& project) { project.set_state(lists::v1::PROJECT_STATE_APPROVED); }),
      testing::IsOk());
  EXPECT_THAT(In("c1", {kProposed}), IsEmpty());
  EXPECT_THAT(In("c1", {kApproved}), ElementsAre(one));
  EXPECT_THAT(In("d", {kApproved, kProposed}), ElementsAre(two, one));
  ASSERT_THAT(Change(one,
                     [](Project& project) {
                       project.set_category("c");
                       project.set_area_code("c2");
                       project.set_proposer_id("per_2");
                     }),
              testing::IsOk());
  EXPECT_THAT(In("c1"), IsEmpty());
  EXPECT_THAT(In("s1"), ElementsAre(one));
  EXPECT_THAT(List(records_.Of(kThing, "per_1")).ids, IsEmpty());
  PageQuery tagged = records_.InArea(kThing, "d");
  tagged.tags = {"a"};
  EXPECT_THAT(List(tagged).ids, IsEmpty());
  tagged.tags = {"c"};
  EXPECT_THAT(List(tagged).ids, ElementsAre(one));
  Transaction transaction = records_.Begin(store_.keys().ShardOfId(one), {"", "", clock_.Now()});
  transaction.Delete(kThing, Load(one));
  ASSERT_THAT(testing::Run(loop_, records_.Commit(std::move(transaction))), testing::IsOk());
  EXPECT_THAT(In("d"), ElementsAre(two));
}

TEST_F(RepositoryTest, APageEndsExactlyAndSaysWhetherThereIsMore) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 40; ++i) {
    newest_first.insert(newest_first.begin(),
                        Make(i % 2 == 0 ? "c1" : "c3").project().project_id());
  }
  PageQuery query = records_.InArea(kThing, "d");
  query.size = 20;
  const Listed all = List(query);
  EXPECT_EQ(all.ids, newest_first);
  EXPECT_EQ(all.pages, 2);
  EXPECT_LE(all.read, 42) << "what merging reads ahead is nobody's fault";
  const Listed few = List(query, [](const ProjectRecord&) { return false; });
  EXPECT_THAT(few.ids, IsEmpty());
  EXPECT_EQ(few.pages, 1);
}

// Sixteen hundred reads of one record, one after the other.
TEST_F(RepositoryTest, WhatDropsMostOfAListReadsItInLargePieces) {
  for (int i = 0; i < 600; ++i) Make("c1", "a", "per_1");
  int reads = 0;
  store_.SetFaults([&](std::string_view method, std::string_view) {
    if (method == "GetMany") ++reads;
    return store::Fault();
  });
  google::protobuf::RepeatedField<int> approved;
  approved.Add(kApproved);
  EXPECT_THAT(List(records_.Of(kThing, "per_1", approved)).ids, IsEmpty());
  store_.SetFaults(nullptr);
  EXPECT_LT(reads, 10);
}

// Every page owed for the whole piece that was read for it, of which the next one read most again.
TEST_F(RepositoryTest, PagesOweForWhatTheyHaveLookedAt) {
  for (int i = 0; i < 300; ++i) Make("c1", "a", "per_1");
  google::protobuf::RepeatedField<int> proposed;
  proposed.Add(kProposed);
  const Listed all = List(records_.Of(kThing, "per_1", proposed));
  EXPECT_EQ(all.ids.size(), 300u);
  EXPECT_LE(all.read, 320);
}

// A list with one such record could not be read at all, and nothing that reads all records at its
// start came up.
TEST_F(RepositoryTest, ARecordThatCannotBeReadHidesOnlyItself) {
  const std::string broken = Make("c1").project().project_id();
  const std::string whole = Make("c1").project().project_id();
  store::Commit commit(store_.keys().ShardOfId(broken));
  commit.Put(store_.keys().Of(commit.shard(), "project", broken), 1, "\xff");
  ASSERT_THAT(testing::Run(loop_, store_.Apply(std::move(commit))), testing::IsOk());
  EXPECT_THAT(In("c1"), ElementsAre(whole));
}

TEST_F(RepositoryTest, WhatAClosedAreaHeldIsListedUnderItsSuccessor) {
  const std::string moved = Make("c2").project().project_id();
  tree_ = TreeOf(true);
  EXPECT_THAT(In("c3"), ElementsAre(moved));
  EXPECT_THAT(In("s2"), ElementsAre(moved));
  EXPECT_THAT(In("d"), ElementsAre(moved));
}

TEST_F(RepositoryTest, AnAreaThatIsNotKnownYetRefusesWhatIsNewAndAsksToTryAgainOtherwise) {
  ProjectRecord record = Make("c1");
  const Versioned<ProjectRecord> before = Load(record.project().project_id());
  tree_ = areas::AreaTree::Empty();
  record.mutable_project()->set_state(lists::v1::PROJECT_STATE_APPROVED);
  EXPECT_THAT(Write(before, record), testing::IsRefusal(Reason::PEER_UNAVAILABLE));
  record.mutable_project()->set_project_id(ids_.New("prj", 1));
  EXPECT_THAT(Write({}, record), testing::IsRefusal(Reason::AREA_UNKNOWN));
  tree_ = TreeOf(false);
  EXPECT_THAT(In("c1", {kProposed}), ElementsAre(before.record.project().project_id()));
}

// A decision may refresh the tree: the area was imported through another replica a moment ago.
TEST_F(RepositoryTest, TheTreeIsAskedWhenARecordIsFiled) {
  tree_ = areas::AreaTree::Empty();
  ProjectRecord record;
  record.mutable_project()->set_project_id(ids_.New("prj", 1));
  record.mutable_project()->set_area_code("c1");
  record.mutable_project()->set_state(kMachine.first());
  Transaction transaction = records_.Begin(1, {"", "", clock_.Now()});
  tree_ = TreeOf(false);
  transaction.Put(kThing, {}, record);
  EXPECT_THAT(transaction.status(), testing::IsOk());
}

TEST_F(RepositoryTest, TransitionsAreCountedOnceTheyAreWritten) {
  EXPECT_EQ(Count("NONE", "PROPOSED"), 0) << "there from the start";
  const ProjectRecord record = Make("c1");
  EXPECT_EQ(Count("NONE", "PROPOSED"), 1);
  const Versioned<ProjectRecord> before = Load(record.project().project_id());
  ProjectRecord after = before.record;
  after.mutable_project()->set_state(lists::v1::PROJECT_STATE_APPROVED);
  EXPECT_EQ(Write(before, after).value(), store::CommitOutcome::Kind::kApplied);
  EXPECT_EQ(Write(before, after).value(), store::CommitOutcome::Kind::kConflict);
  EXPECT_EQ(Count("PROPOSED", "APPROVED"), 1);
}

TEST_F(RepositoryTest, ADeadlineFiresMovesAndIsCleared) {
  const std::string id = Make("c1").project().project_id();
  const int shard = store_.keys().ShardOfId(id);
  const auto next = [&] { return *testing::Run(loop_, store_.NextTimer(shard)); };
  const auto fire = [&] {
    timers::Timer timer{std::string(kDeadlineTimer),        id,    "",
                        timers::Member(kDeadlineTimer, id), shard, clock_.Now()};
    return testing::Run(loop_, records_.OnDeadline(timer));
  };
  EXPECT_EQ(next(), std::nullopt);
  const Time due = clock_.Now() + hours(2);
  ASSERT_THAT(Change(id, [&](Project& p) { *p.mutable_due_time() = ToTimestamp(due); }),
              testing::IsOk());
  EXPECT_EQ(next(), due);
  ASSERT_THAT(fire(), testing::IsOk());  // too early
  EXPECT_EQ(next(), due);
  EXPECT_EQ(Load(id).record.project().state(), kProposed);
  clock_.Advance(hours(3));
  ASSERT_THAT(fire(), testing::IsOk());
  EXPECT_EQ(Load(id).record.project().state(), lists::v1::PROJECT_STATE_EXPIRED);
  EXPECT_EQ(next(), std::nullopt);
  ASSERT_THAT(fire(), testing::IsOk());  // for nothing
  timers::Timer nothing{std::string(kDeadlineTimer), "per_1", "", "deadline|per_1", shard, due};
  EXPECT_EQ(testing::Run(loop_, records_.OnDeadline(nothing)).code(),
            absl::StatusCode::kInvalidArgument);
}

// Every call read its record twice.
TEST_F(RepositoryTest, WhatTheAccessRuleReadTheHandlerTakesOnce) {
  const std::string id = Make("c1", "a", "per_1").project().project_id();
  int reads = 0;
  store_.SetFaults([&](std::string_view method, std::string_view) {
    if (method == "Get") ++reads;
    return store::Fault();
  });
  const rpc::CallContext context = rpc::CallContext::Internal({});
  const auto scope = testing::Run(loop_, records_.Access().resolve(context, id));
  ASSERT_THAT(scope, testing::IsOk());
  EXPECT_EQ(scope->area_code, "c1");
  EXPECT_THAT(scope->owner_ids, ElementsAre("per_1"));
  EXPECT_THAT(testing::Run(loop_, records_.Load(context, kThing, id)), testing::IsOk());
  EXPECT_EQ(reads, 1);
  EXPECT_THAT(testing::Run(loop_, records_.Load(context, kThing, id)), testing::IsOk());
  EXPECT_EQ(reads, 2) << "a second look sees what has changed";
  store_.SetFaults(nullptr);
  EXPECT_THAT(testing::Run(loop_, records_.Access().resolve(context, "per_1")),
              testing::IsRefusal(Reason::NOT_FOUND));
}

lists::v1::CreateProjectRequest RequestIn(const std::string& area, const std::string& request_id) {
  lists::v1::CreateProjectRequest request;
  request.set_request_id(request_id);
  request.set_area_code(area);
  return request;
}

Task<absl::StatusOr<ProjectRecord>> Filled(Transaction&, std::string) {
  ProjectRecord record;
  record.mutable_project()->set_area_code("c1");
  record.mutable_project()->set_state(kMachine.first());
  co_return record;
}

TEST_F(RepositoryTest, CreateAnswersOnceAndFilesTheRecord) {
  const rpc::CallContext context = rpc::CallContext::Internal(auth::Principal::Service("test"));
  const auto create = [&](const std::string& area, const std::string& request_id) {
    return testing::Run(loop_,
                        records_.Create(context, RequestIn(area, request_id), kThing, &Filled));
  };
  const auto created = create("c1", "one");
  ASSERT_THAT(created, testing::IsOk());
  EXPECT_THAT(In("s1"), ElementsAre(created->project_id()));
  EXPECT_EQ(create("c1", "one")->project_id(), created->project_id());
  EXPECT_EQ(Count("NONE", "PROPOSED"), 1) << "a replay is no transition";
  EXPECT_THAT(create("nowhere", "two"), testing::IsRefusal(Reason::AREA_UNKNOWN));
  tree_ = TreeOf(true);
  EXPECT_THAT(create("c2", "three"), testing::IsRefusal(Reason::AREA_CLOSED));
}

TEST_F(RepositoryTest, OfATypeThatWasNeverAddedNothingIsCreated) {
  Repository empty{store_, clock_, ring_, [this] { return tree_; }, registry_};
  const rpc::CallContext context = rpc::CallContext::Internal(auth::Principal::Service("test"));
  EXPECT_THAT(
      [&] {
        (void)testing::Run(loop_, empty.Create(context, RequestIn("c1", "one"), kThing, &Filled));
      },
      ::testing::ThrowsMessage<std::logic_error>("project was never handed to Repository::Add"));
  EXPECT_THAT(In("s1"), IsEmpty());
}

TEST_F(RepositoryTest, APersonCreatesAsManyADayAsTheTypeSays) {
  static constexpr auto kLimited = [] {
    Type<ProjectRecord, Project> type = kThing;
    type.created_per_day = 2;
    return type;
  }();
  metrics::Registry registry;
  Repository records(
      store_, clock_, ring_, [this] { return tree_; }, registry);
  records.Add(kLimited);
  const auto context = rpc::CallContext::Internal(auth::Principal::Person(ids_.New("per", 0)));
  const auto create = [&](const std::string& request_id) {
    return testing::Run(loop_,
                        records.Create(context, RequestIn("c1", request_id), kLimited, &Filled));
  };
  ASSERT_THAT(create("one"), testing::IsOk());
  ASSERT_THAT(create("two"), testing::IsOk());
  EXPECT_THAT(create("three"), testing::IsRefusal(Reason::RATE_LIMITED));
  EXPECT_THAT(create("one"), testing::IsOk()) << "answered before";
  clock_.Advance(hours(25));
  EXPECT_THAT(create("three"), testing::IsOk());
}

// An area imported a moment ago was refused by a replica that had not heard of it.
TEST_F(RepositoryTest, AnAreaThatTheTreeLacksIsLookedForInTheNewest) {
  std::shared_ptr<const areas::AreaTree> known = *areas::AreaTree::Build({});
  metrics::Registry registry;
  Repository records(
      store_, clock_, ring_, [&] { return known; }, registry,
      [&]() -> Task<absl::StatusOr<Repository::Tree>> {
        known = tree_;
        co_return known;
      });
  EXPECT_THAT(testing::Run(loop_, records.TreeWith("c1")), testing::IsOk());
  EXPECT_THAT(testing::Run(loop_, records.TreeWith("nowhere")),
              testing::IsRefusal(Reason::AREA_UNKNOWN));
}

TEST_F(RepositoryTest, WhoeverWasShownSomethingIsOnRecord) {
  const std::string id = ids_.New("prj", 1);
  const auto context = rpc::CallContext::Internal(auth::Principal::Service("matching"));
  ASSERT_THAT(testing::Run(loop_, records_.RecordRelease(context, {}, id)), testing::IsOk());
  const auto* stream = data_.FindStream(store_.keys().Of(1, "releases"));
  ASSERT_NE(stream, nullptr);
  events::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(stream->entries.at(0).bytes));
  EXPECT_EQ(event.contact_released().reader_id(), "matching");
}

TEST_F(RepositoryTest, EtagsTellVersionsApart) {
  EXPECT_THAT(CheckEtag("", 7), testing::IsOk());
  EXPECT_THAT(CheckEtag(EtagOf(7), 7), testing::IsOk());
  EXPECT_THAT(CheckEtag(EtagOf(7), 8), testing::IsRefusal(Reason::STALE_VERSION));
  EXPECT_THAT(CheckEtag("x", 7), testing::IsRefusal(Reason::STALE_VERSION));
}

}  // namespace
}  // namespace baodao::record
