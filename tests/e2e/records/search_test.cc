// Searches, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class SearchTest : public ::testing::Test {
 protected:
  static Town::Options Small() {
    Town::Options options;
    options.people = 6;
    return options;
  }
  demo::World& world() { return *town_.world; }
  const demo::Community& HomeOf(const demo::Actor& person) {
    return world().communities[person.community];
  }

  std::vector<std::string> PeopleBy(const std::string& query, const demo::Community& community) {
    town_.Run(town_.AwaitRecords());
    records::v1::SearchPeopleRequest request;
    request.set_query(query);
    request.set_area_code(community.area.code());
    const auto found =
        town_.Run(demo::Must(world().backend.searches, &client::Searches::SearchPeople,
                             community.coordinator.token, request));
    std::vector<std::string> ids;
    for (const records::v1::FoundPerson& person : found.people()) ids.push_back(person.person_id());
    return ids;
  }

  Town town_{Small()};
};

TEST_F(SearchTest, TasksAreFoundByTheWordsOfTheirTitles) {
  const auto task = town_.Run(town_.Publish(0, 1, std::chrono::hours(10)));
  town_.Run(town_.AwaitRecords());
  records::v1::SearchTasksRequest request;
  request.set_query("楼道");
  request.add_states(dispatch::v1::TASK_STATE_OPEN);
  const std::string token = world().people[0].token;
  const auto found = town_.Run(
      demo::Must(world().backend.searches, &client::Searches::SearchTasks, token, request));
  ASSERT_EQ(found.tasks_size(), 1);
  EXPECT_EQ(found.tasks(0).task_id(), task.task_id());
  EXPECT_EQ(found.tasks(0).title(), task.title());
}

// Registration and records have the same keys.
TEST_F(SearchTest, PeopleAreFoundByNameAndPhoneWhereTheyReported) {
  demo::Actor& person = world().people[0];
  const demo::Community& home = HomeOf(person);
  EXPECT_THAT(PeopleBy(person.name, home), Contains(person.person_id));
  EXPECT_THAT(PeopleBy(person.phone, home), ElementsAre(person.person_id));
  const auto elsewhere = std::ranges::find_if(world().communities, [&](const auto& community) {
    return community.area.code() != home.area.code();
  });
  ASSERT_NE(elsewhere, world().communities.end());
  EXPECT_THAT(PeopleBy(person.phone, *elsewhere), IsEmpty());
  registration::v1::UpdatePersonRequest update;
  update.set_request_id(world().RequestId());
  update.set_person_id(person.person_id);
  update.set_display_name("欧阳若曦");
  update.mutable_update_mask()->add_paths("display_name");
  town_.Run(
      demo::Must(world().backend.people, &client::People::UpdatePerson, person.token, update));
  EXPECT_THAT(PeopleBy("若曦", home), ElementsAre(person.person_id));
  EXPECT_THAT(PeopleBy(person.name, home), Not(Contains(person.person_id)));
}

TEST_F(SearchTest, AreasAreFoundByAnybody) {
  const std::string& name = world().communities[0].area.name();
  records::v1::SearchAreasRequest request;
  request.set_query(name);
  const auto found =
      town_.Run(demo::Must(world().backend.searches, &client::Searches::SearchAreas, "", request));
  EXPECT_THAT(found.areas(), Contains(::testing::Property(&registration::v1::Area::name, name)));
}

}  // namespace
}  // namespace baodao::testing
