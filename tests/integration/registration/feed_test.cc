// How other services keep their copy of the tree.
#include "common/areas/feed.h"

#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

class FeedTest : public ServiceTest {};

std::string ManyCommunities(int count) {
  std::string csv = "code,name,level,parent_code,latitude,longitude,coordinate\n";
  for (int i = 0; i < count; ++i) {
    csv += "x" + std::to_string(i) + ",社区,community,s1,,,\n";
  }
  return csv;
}

TEST_P(FeedTest, ReadsAllPagesAndFollowsImports) {
  areas::AreaTreeFeed feed(areas::FromRegistration(channel()), clock_);
  testing::Run(loop_, feed.Load());
  EXPECT_EQ(feed.tree()->size(), 11u);
  EXPECT_TRUE(feed.Covers("d1", "g1"));
  ASSERT_THAT(Import(ManyCommunities(2500)), testing::IsOk());
  events::Delivery delivery;
  for (events::v1::Event& event : Events()) {
    if (event.has_areas_imported()) delivery.event = event;
  }
  EXPECT_EQ(delivery.event.areas_imported().areas(), 2511);
  EXPECT_THAT(Run(feed.OnEvent(delivery)), testing::IsOk());
  EXPECT_EQ(feed.tree()->size(), 2511u);
  // Every service computes the same shard for the same area.
  for (const areas::Area& area : areas_->tree()->All()) {
    EXPECT_EQ(feed.tree()->ShardOf(area.code(), store_->keys()),
              areas_->tree()->ShardOf(area.code(), store_->keys()));
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, FeedTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

}  // namespace
}  // namespace baodao::registration
