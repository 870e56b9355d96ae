// A record that is over leaves the store for the archive, and answers from there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/record/repository.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_archive.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"
#include "tests/unit/record/thing.h"

namespace baodao::record {
namespace {

using std::chrono::hours;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Millis kKeep = hours(24 * 30);

class RetirementTest : public ::testing::Test {
 protected:
  RetirementTest() {
    records_.SetRetirement({&archive_, {kKeep, {}}});
    records_.Add(kThing);
  }

  // A record of an area and a person, already over or not.
  std::string Make(lists::v1::ProjectState state) {
    ProjectRecord record;
    Project& project = *record.mutable_project();
    project.set_project_id(ids_.New("prj", records_.ShardOf("c1")));
    project.set_area_code("c1");
    project.set_proposer_id("per_1");
    project.set_state(state);
    *project.mutable_update_time() = ToTimestamp(clock_.Now());
    EXPECT_THAT(Write({}, record), testing::IsOk());
    return project.project_id();
  }
  absl::Status Write(const Versioned<ProjectRecord>& before, const ProjectRecord& after) {
    Transaction transaction =
        records_.Begin(store_.keys().ShardOfId(kThing.IdOf(after)), {"per_1", "t", clock_.Now()});
    transaction.Put(kThing, before, after);
    if (!transaction.status().ok()) return transaction.status();
    return testing::Run(loop_, records_.Commit(std::move(transaction))).status();
  }
  std::optional<Time> NextTimer(const std::string& id) {
    return *testing::Run(loop_, store_.NextTimer(store_.keys().ShardOfId(id)));
  }
  absl::Status FireAt(const std::string& id, Time time) {
    clock_.Advance(std::chrono::duration_cast<Millis>(time - clock_.Now()));
    timers::Timer timer;
    timer.id = id;
    timer.member = timers::Member(kDeadlineTimer, id);
    timer.shard = store_.keys().ShardOfId(id);
    timer.due = time;
    return testing::Run(loop_, records_.OnDeadline(timer));
  }
  bool IsStored(const std::string& id) {
    return testing::Run(loop_, records_.Find(kThing, id))->exists();
  }
  absl::StatusOr<Versioned<ProjectRecord>> Load(const std::string& id) {
    return testing::Run(loop_, records_.Load(kThing, id));
  }
  std::vector<Versioned<ProjectRecord>> Listed(PageQuery query) {
    return testing::Run(loop_, records_.ReadPage(kThing, std::move(query)))->records;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("things", 4), data_, clock_};
  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  metrics::Registry registry_;
  std::shared_ptr<const areas::AreaTree> tree_ = TreeOf(false);
  testing::FakeArchive archive_;
  Repository records_{store_, clock_, ring_, [this] { return tree_; }, registry_};
  ids::Generator ids_{clock_, [] { return uint64_t{1}; }};
};

TEST_F(RetirementTest, ARecordThatIsOverIsCopiedAndLeavesLater) {
  const std::string id = Make(lists::v1::PROJECT_STATE_EXPIRED);
  const Time over = clock_.Now();
  const Versioned<ProjectRecord> before = *Load(id);
  EXPECT_EQ(NextTimer(id), over + kKeep * 3 / 4);
  ASSERT_THAT(FireAt(id, over + kKeep * 3 / 4), testing::IsOk());
  EXPECT_THAT(archive_.records, SizeIs(1)) << "a backup of the archive may be a week old";
  EXPECT_TRUE(IsStored(id));
  EXPECT_EQ(NextTimer(id), over + kKeep);
  ASSERT_THAT(FireAt(id, over + kKeep), testing::IsOk());
  EXPECT_FALSE(IsStored(id));
  EXPECT_EQ(NextTimer(id), std::nullopt);
  EXPECT_THAT(Listed(records_.InArea(kThing, "d")), IsEmpty());
  EXPECT_THAT(Listed(records_.Of(kThing, "per_1")), IsEmpty());

  const auto retired = Load(id);
  ASSERT_THAT(retired, testing::IsOk());
  EXPECT_TRUE(retired->retired);
  EXPECT_EQ(retired->version, before.version);
  EXPECT_EQ(retired->record.SerializeAsString(), before.record.SerializeAsString());
  EXPECT_THAT(Write(*retired, retired->record), testing::IsRefusal(Reason::ARCHIVED));
  EXPECT_FALSE(IsStored(id));
}

TEST_F(RetirementTest, AKindOfItsOwnTimeLeavesThen) {
  const std::vector<std::string> flags = {"--keep_ended", "30d", "--keep_project", "90d"};
  const config::Outcome settings =
      config::Load("lists", "Needs.", config::ServiceRows(7102), {flags, {}});
  ASSERT_EQ(settings.text, "");
  const KeepTimes times = KeepTimesOf(settings.config);
  EXPECT_EQ(times.Of("need"), kKeep);
  records_.SetRetirement({&archive_, times});
  const std::string id = Make(lists::v1::PROJECT_STATE_EXPIRED);
  const Time over = clock_.Now();
  ASSERT_THAT(FireAt(id, over + kKeep * 3 * 3 / 4), testing::IsOk());
  EXPECT_THAT(archive_.records, SizeIs(1));
  EXPECT_EQ(NextTimer(id), over + kKeep * 3);
  ASSERT_THAT(FireAt(id, over + kKeep * 3), testing::IsOk());
  EXPECT_FALSE(IsStored(id));
}

// Not one that nobody could read any more.
TEST_F(RetirementTest, NothingLeavesThatTheArchiveDoesNotHave) {
  const std::string id = Make(lists::v1::PROJECT_STATE_EXPIRED);
  const Time over = clock_.Now();
  archive_.down = true;
  EXPECT_THAT(FireAt(id, over + kKeep), testing::IsOk()) << "others of the timers go first";
  EXPECT_TRUE(IsStored(id));
  const std::optional<Time> again = NextTimer(id);
  ASSERT_GT(again, over + kKeep);
  archive_.down = false;
  EXPECT_THAT(FireAt(id, *again), testing::IsOk());
  EXPECT_FALSE(IsStored(id));
  archive_.down = true;
  EXPECT_THAT(Load(id), testing::IsRefusal(Reason::PEER_UNAVAILABLE)) << "not NOT_FOUND";
}

// An archive that was restored from a copy made in between gets it again.
TEST_F(RetirementTest, TheArchiveIsToldOnceMoreBeforeARecordLeaves) {
  const std::string id = Make(lists::v1::PROJECT_STATE_EXPIRED);
  const Time over = clock_.Now();
  ASSERT_THAT(FireAt(id, over + kKeep * 3 / 4), testing::IsOk());
  archive_.records.clear();
  ASSERT_THAT(FireAt(id, over + kKeep), testing::IsOk());
  EXPECT_THAT(Load(id), testing::IsOk());
}

// Redis went back to an older copy, and the record has become another one since.
TEST_F(RetirementTest, ARecordStaysOfWhichTheArchiveHasAnother) {
  const std::string id = Make(lists::v1::PROJECT_STATE_EXPIRED);
  const Time over = clock_.Now();
  archive_.records[id] = {1, "another"};
  ASSERT_THAT(FireAt(id, over + kKeep), testing::IsOk());
  EXPECT_TRUE(IsStored(id));
  archive_.records[id] = {7, "a newer one"};
  ASSERT_THAT(FireAt(id, over + 2 * kKeep), testing::IsOk());
  EXPECT_TRUE(IsStored(id));
}

// The archive was away, or the time was shortened: it is not deleted in the moment it is copied.
TEST_F(RetirementTest, ALateCopyIsKeptInTheStoreForAsLong) {
  archive_.now = [this] { return clock_.Now(); };
  const std::string id = Make(lists::v1::PROJECT_STATE_EXPIRED);
  const Time late = clock_.Now() + 2 * kKeep;
  ASSERT_THAT(FireAt(id, late), testing::IsOk());
  EXPECT_TRUE(IsStored(id));
  EXPECT_EQ(NextTimer(id), late + kKeep / 4);
  ASSERT_THAT(FireAt(id, late + kKeep / 4), testing::IsOk());
  EXPECT_FALSE(IsStored(id));
}

TEST_F(RetirementTest, ARecordThatIsNotOverStaysAndNobodyIsAskedForAYoungOne) {
  const std::string id = Make(lists::v1::PROJECT_STATE_PROPOSED);
  EXPECT_EQ(NextTimer(id), std::nullopt);
  ASSERT_THAT(FireAt(id, clock_.Now() + 2 * kKeep), testing::IsOk());
  EXPECT_TRUE(IsStored(id));
  EXPECT_THAT(archive_.records, IsEmpty());
  EXPECT_THAT(Load(ids_.New("prj", 1)), testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_EQ(archive_.asked, 0);
  const std::string old = ids_.New("prj", 1);
  clock_.Advance(hours(1));
  EXPECT_THAT(Load(old), testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_EQ(archive_.asked, 1);
}

}  // namespace
}  // namespace baodao::record
