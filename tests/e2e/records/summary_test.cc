// A coordinator's desk, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using std::chrono::hours;

class SummaryTest : public ::testing::Test {
 protected:
  static Town::Options Small() {
    Town::Options options;
    options.people = 4;
    return options;
  }
  demo::World& world() { return *town_.world; }

  records::v1::GetAreaSummaryResponse Desk(const std::string& area, const std::string& token) {
    town_.Run(town_.AwaitRecords());
    records::v1::GetAreaSummaryRequest request;
    request.set_area_code(area);
    return town_.Run(
        demo::Must(world().backend.summaries, &client::Summaries::GetAreaSummary, token, request));
  }

  Town town_{Small()};
};

TEST_F(SummaryTest, WhatWaitsIsOnTheDeskAndGoesWhenItIsDone) {
  const demo::Community& here = world().communities[0];
  const std::string area = here.area.code();
  const std::string token = here.coordinator.token;
  const auto before = Desk(area, token);
  EXPECT_EQ(before.open_tasks().count(), 0);
  const auto task = town_.Run(town_.Publish(0, 1, hours(10)));
  const auto published = Desk(area, token);
  EXPECT_EQ(published.open_tasks().count(), 1);
  EXPECT_EQ(published.short_tasks().count(), 1);
  EXPECT_EQ(ToTime(published.short_tasks().oldest_time()), ToTime(task.create_time()));
  EXPECT_EQ(Desk(here.subdistrict_code, world().OperatorToken()).open_tasks().count(), 1);

  const auto taker = std::ranges::find_if(
      world().people, [](const demo::Actor& person) { return person.community == 0; });
  ASSERT_NE(taker, world().people.end());
  dispatch::v1::ClaimTaskRequest claim;
  claim.set_request_id(world().RequestId());
  claim.set_task_id(task.task_id());
  town_.Run(demo::Must(world().backend.assignments, &client::Assignments::ClaimTask, taker->token,
                       claim));
  const auto claimed = Desk(area, token);
  EXPECT_EQ(claimed.open_tasks().count(), 1);
  EXPECT_EQ(claimed.short_tasks().count(), 0);
  EXPECT_FALSE(claimed.short_tasks().has_oldest_time());
}

}  // namespace
}  // namespace baodao::testing
