// How much one page of tasks reads.
#include "services/dispatch/store/task_list.h"

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <set>
#include <vector>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/ids/ids.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::dispatch {
namespace {

class TaskListTest : public ::testing::Test {
 protected:
  // A task of this category that starts at `score`.
  void Add(double score, const std::string& category) {
    const std::string id = ids::New("tsk", 0);
    v1::TaskRecord record;
    record.mutable_task()->set_task_id(id);
    record.mutable_task()->set_category(category);
    store::Commit commit(0);
    commit.Put(keys_.Task(id), 0, record.SerializeAsString());
    commit.IndexAdd(List(), score, id);
    ASSERT_THAT(testing::Run(loop_, store_.Apply(std::move(commit))), testing::IsOk());
  }
  std::string List() const { return keys_.List(0, "open", "310110001001"); }
  TaskPage Page(const std::string& category, ListPosition after) {
    PageQuery query;
    query.keys.push_back(List());
    query.after = std::move(after);
    query.size = 20;
    query.wanted = [category](const v1::Task& task) { return task.category() == category; };
    return *testing::Run(loop_, ReadPage(store_, keys_, std::move(query)));
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("dispatch", 4), data_, clock_};
  DispatchKeys keys_{store::Keys("dispatch", 4)};
};

// It looked at four times the page: 800 tasks for one call that showed none.
TEST_F(TaskListTest, APageThatFiltersEverythingAwayLooksAtAHundredTasksMoreThanItHolds) {
  for (int i = 0; i < 400; ++i) Add(i, "cleaning");
  Add(1000, "legal");
  ListPosition after;
  size_t found = 0;
  int pages = 0;
  bool more = true;
  while (more) {
    const TaskPage page = Page("legal", after);
    EXPECT_LE(page.read, 2 * 120 + 50) << "entries of the index, and tasks";
    found += page.tasks.size();
    after = page.position;
    more = page.more;
    ASSERT_LT(++pages, 10);
  }
  EXPECT_EQ(found, 1u);
  EXPECT_GE(pages, 4);
}

// Of a thousand tasks at nine o'clock each page skips those before it.
TEST_F(TaskListTest, TasksOfOneMomentAreShownOnceEach) {
  for (int i = 0; i < 1'000; ++i) Add(9, "cleaning");
  ListPosition after;
  std::set<std::string> found;
  bool more = true;
  while (more) {
    const TaskPage page = Page("cleaning", after);
    for (const v1::Task& task : page.tasks) EXPECT_TRUE(found.insert(task.task_id()).second);
    after = page.position;
    more = page.more;
  }
  EXPECT_EQ(found.size(), 1'000u);
}

}  // namespace
}  // namespace baodao::dispatch
