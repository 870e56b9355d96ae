// Every change of state is counted once, when it is known to be on disk, by whichever replica
// applied it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Resources = rpc::AsyncOf<v1::ResourceService>;
using Projects = rpc::AsyncOf<v1::ProjectService>;
using Matches = rpc::AsyncOf<v1::MatchService>;
using Counts = std::map<std::string, int>;

class TransitionsTest : public ListsTest {
 protected:
  // The counts of all replicas together: "need SUBMITTED ACCEPTED" → 2.
  Counts Counted() {
    Counts counts;
    for (const auto& replica : replicas_) {
      std::istringstream text(replica->metrics.Text());
      for (std::string line; std::getline(text, line);) {
        std::array<char, 20> list{}, from{}, to{};
        int count = 0;
        const int read = std::sscanf(line.c_str(),
                                     "baodao_record_transitions_total{from=\"%19[A-Z_]\",record=\"%"
                                     "19[a-z]\",to=\"%19[A-Z_]\"} %d",
                                     from.data(), list.data(), to.data(), &count);
        if (read != 4 || count == 0) continue;
        counts[std::string(list.data()) + " " + from.data() + " " + to.data()] += count;
      }
    }
    return counts;
  }

  // Sends the request to both replicas: the second answer is a replay.
  template <class Service, class Req, class Resp>
  Resp Twice(rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
             const std::string& token, Req request) {
    request.set_request_id(NextRequest());
    const auto first = Call<Service>(method, token, request);
    const auto second = Call<Service>(method, token, request, 1);
    EXPECT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
    return first.ok() ? *first : Resp();
  }

  v1::Need Raise() {
    return Twice<v1::NeedService>(&Needs::CreateNeed, requester_, RequestFor(kCommunity));
  }
  v1::Need Decide(const std::string& id, v1::NeedVerdict verdict, const std::string& into = "") {
    v1::ReviewNeedRequest request;
    request.set_need_id(id);
    request.set_verdict(verdict);
    request.set_comment("请补充");
    request.set_merged_into_id(into);
    return Twice<v1::NeedService>(&Needs::ReviewNeed, coordinator_, request);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, TransitionsTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(TransitionsTest, ANeedAndItsVerdicts) {
  EXPECT_EQ(Counted(), Counts());
  const std::string accepted = Raise().need_id();
  EXPECT_EQ(Counted(), (Counts{{"need NONE SUBMITTED", 1}}));
  Decide(accepted, v1::NEED_VERDICT_ACCEPT);
  const std::string returned = Raise().need_id();
  Decide(returned, v1::NEED_VERDICT_RETURN);
  v1::ResubmitNeedRequest resubmit;
  resubmit.set_need_id(returned);
  Twice<v1::NeedService>(&Needs::ResubmitNeed, requester_, resubmit);
  Decide(Raise().need_id(), v1::NEED_VERDICT_REJECT);
  Decide(Raise().need_id(), v1::NEED_VERDICT_MERGE, accepted);
  const Counts all{{"need NONE SUBMITTED", 4},     {"need SUBMITTED ACCEPTED", 1},
                   {"need SUBMITTED RETURNED", 1}, {"need RETURNED SUBMITTED", 1},
                   {"need SUBMITTED REJECTED", 1}, {"need SUBMITTED MERGED", 1}};
  EXPECT_EQ(Counted(), all);

  EXPECT_THAT(Review(coordinator_, accepted, v1::NEED_VERDICT_REJECT),
              testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(CreateNeed(requester_, "nowhere"), testing::IsRefusal(Reason::AREA_UNKNOWN));
  const absl::Status closed = CreateNeed(requester_, kMergedAway).status();
  EXPECT_THAT(closed, testing::IsRefusal(Reason::AREA_CLOSED)) << closed;
  EXPECT_EQ(MetadataOf(closed)["successor"], "310110018001");
  peers_.fates = {FakePeers::Fate::kRefused};
  EXPECT_THAT(Publish(coordinator_, accepted, "p1"), testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_EQ(Counted(), all);
}

TEST_P(TransitionsTest, ANeedFollowsItsTask) {
  const std::string id = AcceptedNeed().need_id();
  Counts counts{{"need NONE SUBMITTED", 1}, {"need SUBMITTED ACCEPTED", 1}};
  const auto published = Publish(coordinator_, id, "p1");
  ASSERT_THAT(published, testing::IsOk());
  ASSERT_THAT(Publish(coordinator_, id, "p1", 1), testing::IsOk());
  counts["need ACCEPTED MATCHED"] = 1;
  EXPECT_EQ(Counted(), counts);
  const std::string task = published->task_id();
  // Both replicas hear of it at the same moment, and twice: all but one conflict or come too late.
  const auto tell = [&](dispatch::v1::TaskState state, uint64_t version) {
    const events::Delivery delivery = TaskEvent(id, task, state, version);
    std::vector<Task<absl::Status>> told;
    for (int i = 0; i < 4; ++i) told.push_back(replicas_[i % 2]->follower.OnEvent(delivery));
    EXPECT_THAT(RunAll(std::move(told)), ::testing::Each(testing::IsOk()));
  };
  tell(dispatch::v1::TASK_STATE_STAFFED, 2);
  EXPECT_EQ(Counted(), counts);
  tell(dispatch::v1::TASK_STATE_IN_SERVICE, 3);
  tell(dispatch::v1::TASK_STATE_SERVED, 4);
  tell(dispatch::v1::TASK_STATE_EVALUATED, 5);
  tell(dispatch::v1::TASK_STATE_CLOSED, 6);
  counts["need MATCHED IN_PROGRESS"] = 1;
  counts["need IN_PROGRESS RESOLVED"] = 1;
  counts["need RESOLVED CLOSED"] = 1;
  EXPECT_EQ(Counted(), counts);
}

// One commit then takes two steps, and both are pairs of the table.
TEST_P(TransitionsTest, ATaskIsFurtherThanItsNeedHasHeard) {
  const auto begun = [&] {
    std::string id = AcceptedNeed().need_id();
    peers_.fates = {FakePeers::Fate::kLostAnswer};
    EXPECT_FALSE(Publish(coordinator_, id, NextRequest()).ok());
    return id;
  };
  Counts counts{{"need NONE SUBMITTED", 2}, {"need SUBMITTED ACCEPTED", 2}};
  const std::string started = begun(), cancelled = begun();
  EXPECT_EQ(Counted(), counts);
  const auto tell = [&](const std::string& id, dispatch::v1::TaskState state) {
    const std::string task = peers_.tasks.at({id, 1}).task_id();
    EXPECT_THAT(TellTask(id, task, state, 3), testing::IsOk());
  };
  tell(started, dispatch::v1::TASK_STATE_IN_SERVICE);
  counts["need ACCEPTED MATCHED"] = 1;
  counts["need MATCHED IN_PROGRESS"] = 1;
  EXPECT_EQ(Counted(), counts);
  tell(cancelled, dispatch::v1::TASK_STATE_CANCELLED);
  counts["need ACCEPTED MATCHED"] = 2;
  counts["need MATCHED ACCEPTED"] = 1;
  EXPECT_EQ(Counted(), counts);
}

TEST_P(TransitionsTest, AResource) {
  const auto room =
      Twice<v1::ResourceService>(&Resources::CreateResource, requester_, RoomIn(kCommunity));
  Counts counts{{"resource NONE LISTED", 1}};
  EXPECT_EQ(Counted(), counts);
  v1::WithdrawResourceRequest withdraw;
  withdraw.set_resource_id(room.resource_id());
  Twice<v1::ResourceService>(&Resources::WithdrawResource, requester_, withdraw);
  counts["resource LISTED WITHDRAWN"] = 1;
  EXPECT_EQ(Counted(), counts);
  withdraw.set_request_id(NextRequest());
  EXPECT_THAT(Call<v1::ResourceService>(&Resources::WithdrawResource, requester_, withdraw),
              testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_EQ(Counted(), counts);
}

TEST_P(TransitionsTest, AProject) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = requester_id_;
  v1::CreateProjectRequest create;
  create.set_title("适老化改造");
  create.set_category("repair");
  create.set_area_code(kSubdistrict);
  create.set_campaign_days(100);
  v1::ChangeProjectRequest change;
  change.set_project_id(
      Twice<v1::ProjectService>(&Projects::CreateProject, coordinator_, create).project_id());
  v1::ClaimProjectRequest claim;
  claim.set_project_id(change.project_id());
  claim.set_unit_id(unit);
  claim.set_request_id(NextRequest());
  EXPECT_THAT(Call<v1::ProjectService>(&Projects::ClaimProject, requester_, claim),
              testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_EQ(Counted(), (Counts{{"project NONE PROPOSED", 1}}));
  Twice<v1::ProjectService>(&Projects::ApproveProject, coordinator_, change);
  Twice<v1::ProjectService>(&Projects::ClaimProject, requester_, claim);
  Twice<v1::ProjectService>(&Projects::StartProject, requester_, change);
  Twice<v1::ProjectService>(&Projects::CompleteProject, requester_, change);
  v1::EvaluateProjectRequest evaluate;
  evaluate.set_project_id(change.project_id());
  evaluate.set_rating(5);
  Twice<v1::ProjectService>(&Projects::EvaluateProject, coordinator_, evaluate);
  EXPECT_EQ(Counted(), (Counts{{"project NONE PROPOSED", 1},
                               {"project PROPOSED APPROVED", 1},
                               {"project APPROVED CLAIMED", 1},
                               {"project CLAIMED IN_PROGRESS", 1},
                               {"project IN_PROGRESS COMPLETED", 1},
                               {"project COMPLETED EVALUATED", 1}}));
}

// All find the need ACCEPTED at first; those that lose a commit decide again, on a MATCHED one.
TEST_P(TransitionsTest, WhatIsDecidedAgainAfterAConflictCountsOnce) {
  const std::string id = AcceptedNeed().need_id();
  constexpr int kLinks = 6;
  std::vector<v1::CreateMatchRequest> links(kLinks);
  for (v1::CreateMatchRequest& link : links) {
    const auto room =
        Call<v1::ResourceService>(&Resources::CreateResource, requester_, RoomIn(kCommunity));
    ASSERT_THAT(room, testing::IsOk());
    link.set_request_id(NextRequest());
    link.set_need_id(id);
    link.set_answer_id(room->resource_id());
  }
  std::vector<Task<absl::StatusOr<v1::Match>>> calls;
  for (int i = 0; i < 2 * kLinks; ++i) {
    calls.push_back(
        CallTask<v1::MatchService>(&Matches::CreateMatch, coordinator_, links[i / 2], i % 2));
  }
  EXPECT_THAT(RunAll(std::move(calls)),
              ::testing::Each(
                  ::testing::AnyOf(testing::IsOk(), testing::IsRefusal(Reason::CONFLICT_RETRY))));
  EXPECT_EQ(Counted(), (Counts{{"need NONE SUBMITTED", 1},
                               {"need SUBMITTED ACCEPTED", 1},
                               {"need ACCEPTED MATCHED", 1},
                               {"resource NONE LISTED", kLinks}}));
}

}  // namespace
}  // namespace baodao::lists
