#include "services/dispatch/store/near_index.h"

#include <gtest/gtest.h>

#include "common/clock/timestamp.h"

namespace baodao::dispatch {
namespace {

constexpr Time kNoon{Millis(1'748'750'400'000)};

v1::Task TaskAt(const std::string& id, double latitude, Time start) {
  v1::Task task;
  task.set_task_id(id);
  task.set_state(v1::TASK_STATE_OPEN);
  task.set_slots_max(1);
  task.set_version(1);
  task.mutable_place()->set_latitude(latitude);
  task.mutable_place()->set_longitude(121.5);
  *task.mutable_window()->mutable_start() = ToTimestamp(start);
  return task;
}

// Unfilled tasks that had started used to hide everything behind them.
TEST(NearIndexTest, WhatHasStartedHidesNothing) {
  NearIndex index;
  for (int i = 0; i < 200; ++i) {
    index.Apply(TaskAt("started-" + std::to_string(i), 31.27, kNoon - Millis(1)));
  }
  index.Apply(TaskAt("open", 31.271, kNoon + Millis(1)));
  common::v1::GeoPoint here;
  here.set_latitude(31.27);
  here.set_longitude(121.5);
  const auto hits = index.Find(here, 1'000, 5, kNoon);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].task_id, "open");
  EXPECT_NEAR(hits[0].distance_m, 111, 1);
  EXPECT_TRUE(index.Find(here, 50, 5, kNoon).empty());
}

// Where it is comes with the event: it used to be read, and was lost when that read failed.
TEST(NearIndexTest, ATaskComesBackWithTheEventThatFreesASlot) {
  NearIndex index;
  events::v1::Event event;
  event.mutable_assignment_changed()->mutable_assignment()->set_task_id("tsk_1");
  events::v1::TaskBrief& brief = *event.mutable_assignment_changed()->mutable_task();
  brief.set_state(v1::TASK_STATE_STAFFED);
  brief.set_slots_max(1);
  brief.set_version(4);
  brief.mutable_place()->set_latitude(31.27);
  brief.mutable_place()->set_longitude(121.5);
  *brief.mutable_start_time() = ToTimestamp(kNoon + Millis(1));
  index.Apply(event);
  const auto hits = index.Find(brief.place(), 100, 5, kNoon);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].task_id, "tsk_1");
  brief.set_accepted_count(1);
  brief.set_version(5);
  index.Apply(event);
  EXPECT_EQ(index.size(), 0u);
}

}  // namespace
}  // namespace baodao::dispatch
