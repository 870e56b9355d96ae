// The fields of a task that are not stored.
#include "common/work/task_view.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/testing/areas.h"

namespace baodao::work {
namespace {

constexpr Time kToday{Millis(1'748'793'600'000)};

std::shared_ptr<const areas::AreaTree> NamedTree() {
  using namespace registration::v1;  // NOLINT
  using testing::AreaOf;
  std::vector<areas::Area> areas;
  areas.push_back(AreaOf("310110", "", AREA_LEVEL_DISTRICT, "杨浦区"));
  areas.push_back(AreaOf("310110001", "310110", AREA_LEVEL_SUBDISTRICT, "四平路街道"));
  areas.push_back(AreaOf("310110001001", "310110001", AREA_LEVEL_COMMUNITY, "同济新村"));
  areas.push_back(AreaOf("310110001002", "310110001", AREA_LEVEL_COMMUNITY, "旧里"));
  areas.back().set_successor_code("310110001001");
  return *areas::AreaTree::Build(std::move(areas));
}

dispatch::v1::Task TaskIn(const std::string& area) {
  dispatch::v1::Task task;
  task.set_area_code(area);
  *task.mutable_window()->mutable_start() = ToTimestamp(kToday + std::chrono::hours(1));
  task.set_slots_max(3);
  task.set_state(dispatch::v1::TASK_STATE_OPEN);
  return task;
}

TEST(TaskView, NamesTheAreaAndTheBodyThatPublishes) {
  struct Example {
    const char* code;
    const char* area;
    const char* publisher;
  };
  const Example examples[] = {
      {"310110001001", "同济新村", "四平路街道同济新村"},
      {"310110001002", "同济新村", "四平路街道同济新村"},  // it took the other's place
      {"310110001", "四平路街道", "四平路街道"},
      {"310110", "杨浦区", "杨浦区"},
      {"999", "999", ""},
  };
  for (const Example& example : examples) {
    dispatch::v1::Task shown = TaskIn(example.code);
    Label(*NamedTree(), kToday, &shown);
    EXPECT_EQ(shown.area_name(), example.area) << example.code;
    EXPECT_EQ(shown.publisher_name(), example.publisher) << example.code;
  }
}

TEST(TaskView, FreeAreSlotsThatNobodyComesBefore) {
  dispatch::v1::Task task = TaskIn("310110");
  const auto free = [&](Time now) {
    Label(*NamedTree(), now, &task);
    return task.free_slots();
  };
  task.set_accepted_count(1);
  EXPECT_EQ(free(kToday), 2);
  task.set_held_count(1);
  EXPECT_EQ(free(kToday), 1);
  task.set_leaving_count(1);
  EXPECT_EQ(free(kToday), 2);
  task.set_waitlist_count(3);
  EXPECT_EQ(free(kToday), 0);
  task.clear_waitlist_count();
  EXPECT_EQ(free(kToday + std::chrono::hours(1)), 0) << "it has begun";
  *task.mutable_repair_until() = ToTimestamp(kToday + std::chrono::hours(2));
  EXPECT_EQ(free(kToday + std::chrono::hours(1)), 2);
  task.set_state(dispatch::v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(free(kToday), 0);
}

}  // namespace
}  // namespace baodao::work
