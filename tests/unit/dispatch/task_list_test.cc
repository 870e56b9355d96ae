// Pages of tasks: how much they read, and many that start together.
#include "services/dispatch/store/task_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <set>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/record/repository.h"
#include "common/store/memory_store.h"
#include "common/testing/areas.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::dispatch {
namespace {

constexpr char kStreet[] = "310110001";
constexpr std::string_view kOpen[] = {kOpenList};

class TaskListTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const areas::AreaTree> Tree() {
    using namespace registration::v1;  // NOLINT
    return *areas::AreaTree::Build({testing::AreaOf("310110", "", AREA_LEVEL_DISTRICT),
                                    testing::AreaOf(kStreet, "310110", AREA_LEVEL_SUBDISTRICT)});
  }

  // A task of the street that can be claimed.
  std::string Add(Time start, const std::string& category) {
    v1::TaskRecord record;
    v1::Task& task = *record.mutable_task();
    task.set_task_id(ids::New("tsk", tree_->ShardOf(kStreet, keys_.base())));
    task.set_category(category);
    task.set_area_code(kStreet);
    task.set_state(v1::TASK_STATE_OPEN);
    task.set_slots_max(1);
    *task.mutable_window()->mutable_start() = ToTimestamp(start);
    record.add_listed_under(kStreet);
    store::Commit commit(keys_.ShardOf(task.task_id()));
    commit.Put(keys_.Task(task.task_id()), 0, record.SerializeAsString());
    UpdateIndexes(keys_, v1::TaskRecord(), record, commit);
    EXPECT_THAT(testing::Run(loop_, store_.Apply(std::move(commit))), testing::IsOk());
    return task.task_id();
  }
  record::PageQuery Claimable(int size) {
    record::PageQuery query = TasksIn(keys_, *tree_, "310110", kOpen);
    query.size = size;
    return query;
  }
  record::Page<v1::TaskRecord> Page(const record::PageQuery& query) {
    auto page = testing::Run(loop_, records_.ReadPage(kTask, query));
    EXPECT_THAT(page, testing::IsOk());
    return *std::move(page);
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("dispatch", 4), data_, clock_};
  DispatchKeys keys_{store::Keys("dispatch", 4)};
  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  metrics::Registry registry_;
  std::shared_ptr<const areas::AreaTree> tree_ = Tree();
  record::Repository records_{store_, clock_, ring_, [this] { return tree_; }, registry_};
};

// At nine o'clock on a Saturday half a city begins. Each page goes on where the last one ended, and
// skips next to nothing to get there.
TEST_F(TaskListTest, ThousandsThatStartAtTheSameMomentAreListedInPages) {
  const Time nine = clock_.Now() + std::chrono::hours(50);
  std::vector<std::pair<double, std::string>> all;
  for (int i = 0; i < 6'000; ++i) {
    v1::Task task;
    task.set_task_id(Add(nine, "cleaning"));
    *task.mutable_window()->mutable_start() = ToTimestamp(nine);
    all.emplace_back(TaskScore(task), task.task_id());
  }
  std::ranges::sort(all);
  for (const bool descending : {false, true}) {
    record::PageQuery query = Claimable(100);
    query.descending = descending;
    int reads = 0, pages = 0;
    store_.SetFaults([&](std::string_view method, std::string_view) {
      reads += method == "RangeIndex" ? 1 : 0;
      return store::Fault();
    });
    std::vector<std::pair<double, std::string>> found;
    do {
      const record::Page<v1::TaskRecord> page = Page(query);
      for (const auto& one : page.records) {
        found.emplace_back(TaskScore(one.record.task()), one.record.task().task_id());
      }
      EXPECT_LE(page.read, 101);
      query.after = page.next;
      ASSERT_LE(++pages, 60);
    } while (!query.after.empty());
    store_.SetFaults(nullptr);
    EXPECT_EQ(found, all) << descending;
    EXPECT_LE(reads, 3 * pages) << "one of an empty list, and two where several share a score";
    std::ranges::reverse(all);
  }
}

// The lists know the category: what is of another one is passed over without being read.
TEST_F(TaskListTest, ARareCategoryCostsFewReads) {
  const Time nine = clock_.Now() + std::chrono::hours(50);
  for (int i = 0; i < 1'500; ++i) Add(nine + std::chrono::minutes(i), "cleaning");
  const std::string rare = Add(nine + std::chrono::minutes(1'499), "legal");
  record::PageQuery query = Claimable(20);
  query.tags = {"legal"};
  const record::Page<v1::TaskRecord> page = Page(query);
  ASSERT_EQ(page.records.size(), 1u);
  EXPECT_EQ(page.records[0].record.task().task_id(), rare);
  EXPECT_EQ(page.next, "");
  EXPECT_EQ(page.read, 1'501) << "members that were looked at, which the caller owes for";
}

}  // namespace
}  // namespace baodao::dispatch
