// Resources, projects and links.
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Resources = rpc::AsyncOf<v1::ResourceService>;
using Projects = rpc::AsyncOf<v1::ProjectService>;
using Matches = rpc::AsyncOf<v1::MatchService>;

class OtherListsTest : public ListsTest {
 protected:
  absl::StatusOr<v1::Resource> CreateResource(const std::string& token, const std::string& area,
                                              const std::string& owner = "") {
    v1::CreateResourceRequest request = RoomIn(area);
    request.set_owner_id(owner);
    return Call<v1::ResourceService>(&Resources::CreateResource, token, request);
  }
  absl::StatusOr<v1::Resource> Withdraw(const std::string& token, const std::string& id) {
    v1::WithdrawResourceRequest request;
    request.set_request_id(NextRequest());
    request.set_resource_id(id);
    return Call<v1::ResourceService>(&Resources::WithdrawResource, token, request);
  }
  absl::StatusOr<v1::Match> Link(const std::string& need, const std::string& answer) {
    v1::CreateMatchRequest request;
    request.set_request_id(NextRequest());
    request.set_need_id(need);
    request.set_answer_id(answer);
    return Call<v1::MatchService>(&Matches::CreateMatch, coordinator_, request);
  }
  using ProjectChange = rpc::detail::UnaryMember<Projects, v1::ChangeProjectRequest, v1::Project>;
  absl::StatusOr<v1::Project> Change(ProjectChange method, const std::string& token,
                                     const std::string& id) {
    v1::ChangeProjectRequest request;
    request.set_request_id(NextRequest());
    request.set_project_id(id);
    return Call<v1::ProjectService>(method, token, request);
  }
  v1::ClaimProjectRequest ClaimOf(const std::string& project, const std::string& unit) {
    v1::ClaimProjectRequest request;
    request.set_request_id(NextRequest());
    request.set_project_id(project);
    request.set_unit_id(unit);
    return request;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, OtherListsTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(OtherListsTest, PeopleListTheirOwnAndLiaisonsTheirUnits) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = requester_id_;
  const std::string stranger = tokens_.Person(NewPerson());
  const auto own = CreateResource(requester_, kCommunity);
  ASSERT_THAT(own, testing::IsOk());
  EXPECT_EQ(own->owner_id(), requester_id_);
  const auto units = CreateResource(requester_, kCommunity, unit);
  ASSERT_THAT(units, testing::IsOk());
  EXPECT_EQ(units->owner_id(), unit);
  EXPECT_THAT(CreateResource(stranger, kCommunity, unit),
              testing::IsRefusal(Reason::NOT_THE_LIAISON));
  EXPECT_THAT(CreateResource(stranger, kCommunity, requester_id_),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(CreateResource(requester_, kCommunity, ids::New("unt", 2)),
              testing::IsRefusal(Reason::NOT_FOUND));

  EXPECT_THAT(Withdraw(stranger, units->resource_id()),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  ASSERT_THAT(Withdraw(requester_, units->resource_id()), testing::IsOk());
  EXPECT_THAT(Withdraw(coordinator_, units->resource_id()),
              testing::IsRefusal(Reason::WRONG_STATE));

  v1::ListResourcesRequest list;
  list.set_area_code(kDistrict);
  list.add_states(v1::RESOURCE_STATE_LISTED);
  const auto listed = Call<v1::ResourceService>(&Resources::ListResources, stranger, list);
  ASSERT_THAT(listed, testing::IsOk());
  ASSERT_EQ(listed->resources_size(), 1);
  EXPECT_EQ(listed->resources(0).resource_id(), own->resource_id());
}

TEST_P(OtherListsTest, WhatAClosedAreaLeftIsListedAndMatchedUnderItsSuccessor) {
  const std::string need = AcceptedNeed().need_id();
  ASSERT_THAT(CreateResource(requester_, kNeighbour), testing::IsOk());
  const std::string there = tokens_.Coordinator(NewPerson(), kElsewhere);
  const auto room = CreateResource(requester_, "310110016002");
  ASSERT_THAT(room, testing::IsOk());
  const auto needs = [&](const std::string& area) {
    v1::ListNeedsRequest request;
    request.set_area_code(area);
    const std::string token = tokens_.Coordinator(coordinator_id_, area);
    const auto listed = Call<v1::NeedService>(&Needs::ListNeeds, token, request);
    EXPECT_THAT(listed, testing::IsOk());
    return listed.ok() ? listed->needs_size() : -1;
  };
  EXPECT_EQ(needs(kElsewhere), 0);
  EXPECT_THAT(Link(need, room->resource_id()), testing::IsRefusal(Reason::AREAS_UNRELATED));

  // Communities go one by one, then the subdistrict with the others.
  successors_[kCommunity] = kElsewhere;
  ASSERT_THAT(testing::Run(loop_, replicas_[0]->areas.Refresh()), testing::IsOk());
  for (const char* area : {kElsewhere, "310110016", kCommunity, kSubdistrict, kDistrict}) {
    EXPECT_EQ(needs(area), 1) << area;
  }
  EXPECT_EQ(needs("310110016002"), 0);
  successors_[kSubdistrict] = "310110018";
  ASSERT_THAT(testing::Run(loop_, replicas_[0]->areas.Refresh()), testing::IsOk());
  EXPECT_EQ(needs("310110016"), 1);
  EXPECT_EQ(needs("310110018"), 0);
  v1::ListResourcesRequest resources;
  resources.set_area_code("310110018");
  const auto listed = Call<v1::ResourceService>(&Resources::ListResources, there, resources);
  ASSERT_THAT(listed, testing::IsOk());
  EXPECT_EQ(listed->resources_size(), 1);
  EXPECT_THAT(Link(need, room->resource_id()), testing::IsOk());
}

TEST_P(OtherListsTest, ALinkMatchesANeedWithWhatIsThere) {
  const v1::Need need = AcceptedNeed();
  const auto resource = CreateResource(requester_, kNeighbour);
  const auto far = CreateResource(requester_, kElsewhere);
  const auto wide = CreateResource(requester_, kDistrict);
  ASSERT_TRUE(resource.ok() && far.ok() && wide.ok());
  EXPECT_THAT(Link(need.need_id(), far->resource_id()),
              testing::IsRefusal(Reason::AREAS_UNRELATED));
  const auto linked = Link(need.need_id(), resource->resource_id());
  ASSERT_THAT(linked, testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_MATCHED);
  EXPECT_THAT(Link(need.need_id(), resource->resource_id()),
              testing::IsRefusal(Reason::ALREADY_EXISTS));
  ASSERT_THAT(Link(need.need_id(), wide->resource_id()), testing::IsOk());
  ASSERT_THAT(Withdraw(requester_, far->resource_id()), testing::IsOk());
  EXPECT_THAT(Link(need.need_id(), far->resource_id()), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Link(need.need_id(), ids::New("res", 1)), testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_THAT(Link(need.need_id(), need.need_id()),
              testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));

  v1::ListMatchesRequest list;
  list.set_need_id(need.need_id());
  const auto matches = Call<v1::MatchService>(&Matches::ListMatches, requester_, list);
  ASSERT_THAT(matches, testing::IsOk());
  ASSERT_EQ(matches->matches_size(), 2);
  EXPECT_EQ(matches->matches(0).answer_id(), wide->resource_id());
  EXPECT_EQ(matches->matches(1).match_id(), linked->match_id());
  EXPECT_EQ(matches->next_page_token(), "");
  list.set_page_size(1);
  const auto first = Call<v1::MatchService>(&Matches::ListMatches, requester_, list);
  ASSERT_THAT(first, testing::IsOk());
  ASSERT_EQ(first->matches_size(), 1);
  EXPECT_EQ(first->matches(0).answer_id(), wide->resource_id());
  list.set_page_token(first->next_page_token());
  const auto second = Call<v1::MatchService>(&Matches::ListMatches, requester_, list);
  ASSERT_THAT(second, testing::IsOk());
  ASSERT_EQ(second->matches_size(), 1);
  EXPECT_EQ(second->matches(0).match_id(), linked->match_id());
  EXPECT_EQ(second->next_page_token(), "");

  // A need that the link answered can be resolved without a task.
  const auto resolved = Resolve(need.need_id());
  ASSERT_THAT(resolved, testing::IsOk());
  EXPECT_EQ(resolved->state(), v1::NEED_STATE_RESOLVED);
}

TEST_P(OtherListsTest, AProjectIsClaimedByOneUnitAndRunsToItsEnd) {
  const std::string unit = ids::New("unt", 2), other = ids::New("unt", 3);
  const std::string other_liaison = NewPerson();
  peers_.liaisons = {{unit, requester_id_}, {other, other_liaison}};
  const auto project = CreateProject();
  ASSERT_THAT(project, testing::IsOk());
  const std::string id = project->project_id();
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::ClaimProject, requester_, ClaimOf(id, unit)),
              testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Change(&Projects::ApproveProject, requester_, id),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  ASSERT_THAT(Change(&Projects::ApproveProject, coordinator_, id), testing::IsOk());
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::ClaimProject, requester_, ClaimOf(id, other)),
              testing::IsRefusal(Reason::NOT_THE_LIAISON));

  std::vector<Task<absl::StatusOr<v1::Project>>> claims;
  for (int i = 0; i < 10; ++i) {
    const bool first = i % 2 == 0;
    const std::string token = first ? requester_ : tokens_.Person(other_liaison);
    claims.push_back(CallTask<v1::ProjectService>(&Projects::ClaimProject, token,
                                                  ClaimOf(id, first ? unit : other), i % 2));
  }
  const auto answers = RunAll(std::move(claims));
  EXPECT_THAT(answers, ::testing::Contains(testing::IsOk()).Times(1));
  EXPECT_THAT(answers,
              ::testing::Contains(testing::IsRefusal(Reason::PROJECT_ALREADY_CLAIMED)).Times(9));

  v1::GetProjectRequest get;
  get.set_project_id(id);
  const auto claimed = Call<v1::ProjectService>(&Projects::GetProject, requester_, get);
  EXPECT_EQ(ToTime(claimed->due_time()), clock_.Now() + std::chrono::days(100));
  // The rights go with the unit's liaison: they once stayed with whoever claimed the project.
  const std::string former = tokens_.Person(claimed->liaison_id());
  const std::string successor = NewPerson();
  peers_.liaisons[claimed->unit_id()] = successor;
  EXPECT_THAT(Change(&Projects::StartProject, former, id),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  const std::string owner = tokens_.Person(successor);
  ASSERT_THAT(Change(&Projects::StartProject, owner, id), testing::IsOk());
  EXPECT_THAT(Change(&Projects::CompleteProject, tokens_.Person(NewPerson()), id),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  ASSERT_THAT(Change(&Projects::CompleteProject, owner, id), testing::IsOk());
  v1::EvaluateProjectRequest evaluate;
  evaluate.set_request_id(NextRequest());
  evaluate.set_project_id(id);
  evaluate.set_rating(5);
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::EvaluateProject,
                                       tokens_.Coordinator(successor, kSubdistrict), evaluate),
              testing::IsRefusal(Reason::OWN_SERVICE));
  const auto evaluated =
      Call<v1::ProjectService>(&Projects::EvaluateProject, coordinator_, evaluate);
  ASSERT_THAT(evaluated, testing::IsOk());
  EXPECT_EQ(evaluated->state(), v1::PROJECT_STATE_EVALUATED);
  v1::ListProjectsRequest list;
  list.set_area_code(kDistrict);
  list.set_category("repair");
  EXPECT_EQ(Call<v1::ProjectService>(&Projects::ListProjects, requester_, list)->projects_size(),
            1);
}

}  // namespace
}  // namespace baodao::lists
