// Profiles from their owner into a cache.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/profiles/profile_cache.h"
#include "common/profiles/profile_feed.h"
#include "common/status/status.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::profiles {
namespace {

using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::UnorderedElementsAre;

Profile ProfileOf(const std::string& id, uint64_t version, const std::string& skill = "medical") {
  Profile profile;
  profile.set_person_id(id);
  profile.set_version(version);
  profile.add_skills(skill);
  profile.mutable_home()->set_latitude(31.25);
  profile.add_availability()->set_weekday(3);
  return profile;
}

// Pages of one person each; the calls in `failing` are answered by nobody.
class PlayedSource final : public Source {
 public:
  std::map<int, std::vector<Profile>> shards;
  std::vector<std::pair<int, std::string>> failing;

  Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(
      int shard, std::string page_token) override {
    if (const auto at = std::ranges::find(failing, std::pair(shard, page_token));
        at != failing.end()) {
      failing.erase(at);
      co_return absl::UnavailableError("down");
    }
    registration::v1::ListProfilesResponse page;
    const size_t at = page_token.empty() ? 0 : std::stoul(page_token);
    const std::vector<Profile>& people = shards[shard];
    if (at < people.size()) *page.add_profiles() = people[at];
    if (at + 1 < people.size()) page.set_next_page_token(std::to_string(at + 1));
    co_return page;
  }
  Task<absl::StatusOr<Profile>> Get(rpc::CallOptions, std::string person_id) override {
    for (const auto& [shard, people] : shards) {
      for (const Profile& profile : people) {
        if (profile.person_id() == person_id) co_return profile;
      }
    }
    co_return NotFound("person", person_id);
  }
};

class ProfilesTest : public ::testing::Test {
 protected:
  template <class T>
  T Run(Task<T> task) {
    return testing::Run(loop_, std::move(task));
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  PlayedSource source_;
  ProfileCache cache_{source_};
};

TEST_F(ProfilesTest, WhatIsFoundIsWhatWasApplied) {
  const Profile profile = ProfileOf("per_1", 7);
  EXPECT_TRUE(cache_.Apply(profile));
  const ProfilePtr found = cache_.Find("per_1");
  ASSERT_THAT(found, NotNull());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*found, profile));
  EXPECT_THAT(cache_.Find("per_2"), IsNull());
}

TEST_F(ProfilesTest, AnOlderProfileReplacesNothing) {
  EXPECT_TRUE(cache_.Apply(ProfileOf("per_1", 7, "driving")));
  EXPECT_FALSE(cache_.Apply(ProfileOf("per_1", 7)));
  EXPECT_FALSE(cache_.Apply(ProfileOf("per_1", 6)));
  EXPECT_EQ(cache_.Find("per_1")->skills(0), "driving");
  EXPECT_TRUE(cache_.Apply(ProfileOf("per_1", 8)));
  EXPECT_EQ(cache_.Find("per_1")->skills(0), "medical");
}

TEST_F(ProfilesTest, WhomSomebodyKeepsApartFromIsKnown) {
  Profile profile = ProfileOf("per_1", 1);
  cache_.Apply(profile);
  EXPECT_FALSE(cache_.Blocks("per_1", "per_2"));
  profile.set_version(2);
  profile.add_blocked_person_ids("per_2");
  cache_.Apply(profile);
  EXPECT_TRUE(cache_.Blocks("per_1", "per_2"));
  EXPECT_FALSE(cache_.Blocks("per_1", "per_3"));
  EXPECT_FALSE(cache_.Blocks("per_2", "per_1"));
}

TEST_F(ProfilesTest, WhoeverIsNotHeldIsAskedFor) {
  source_.shards[0] = {ProfileOf("per_1", 1)};
  const auto found = Run(cache_.Get(rpc::CallOptions(), "per_1"));
  ASSERT_THAT(found, testing::IsOk());
  EXPECT_EQ((*found)->version(), 1u);
  EXPECT_THAT(Run(cache_.Get(rpc::CallOptions(), "per_2")), testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_EQ(cache_.size(), 1u);
}

// Registration is away while the second of five shards is read.
TEST_F(ProfilesTest, AShardThatFailsIsReadAgainAndTheOthersAreNot) {
  constexpr int kShards = 5;
  for (int shard = 0; shard < kShards; ++shard) {
    const std::string id = "per_" + std::to_string(shard);
    source_.shards[shard] = {ProfileOf(id + "a", 1), ProfileOf(id + "b", 1)};
  }
  source_.failing = {{1, "1"}};
  std::map<std::string, int> told;
  ProfileFeed feed(
      source_, [&](const Profile& profile) { ++told[profile.person_id()]; }, clock_, kShards);
  bool loaded = false;
  asio::co_spawn(loop_, feed.Load(), [&](std::exception_ptr) { loaded = true; });
  Run(clock_.AwaitSleepers(1));
  EXPECT_FALSE(loaded);
  clock_.Advance(std::chrono::seconds(2));
  loop_.restart();
  while (!loaded && loop_.run_one_for(std::chrono::seconds(5)) > 0) {
  }
  EXPECT_TRUE(loaded);
  EXPECT_EQ(told.size(), 2u * kShards);
  EXPECT_EQ(told["per_1a"], 2);
  EXPECT_EQ(told["per_0a"], 1);
}

TEST_F(ProfilesTest, TheFeedTellsOfChangesAndReadsAgainAfterAGap) {
  source_.shards[1] = {ProfileOf("per_1", 1)};
  std::vector<std::string> told;
  ProfileFeed feed(
      source_, [&](const Profile& profile) { told.push_back(profile.person_id()); }, clock_, 2);
  events::Delivery delivery;
  *delivery.event.mutable_profile_changed()->mutable_profile() = ProfileOf("per_2", 3);
  EXPECT_THAT(Run(feed.OnEvent(delivery)), testing::IsOk());
  delivery.event.mutable_task_changed();
  EXPECT_THAT(Run(feed.OnEvent(delivery)), testing::IsOk());
  Run(feed.OnGap("dispatch", 1));
  Run(feed.OnGap("registration", 0));
  EXPECT_THAT(told, UnorderedElementsAre("per_2"));
  Run(feed.OnGap("registration", 1));
  EXPECT_THAT(told, UnorderedElementsAre("per_2", "per_1"));
}

}  // namespace
}  // namespace baodao::profiles
