// Old notifications leave, and are not asked for by the count of what is unread.
#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

class AgeTest : public InboxTest {
 protected:
  InboxStore& inbox() { return replicas_[0]->inbox; }
  Owner owner() { return *inbox().PersonOwner(reader_id_); }
  std::string timer() { return timers::Member(kAgeTimer, reader_id_); }
  // When each of those kept came.
  std::vector<Time> Came() {
    std::vector<Time> times;
    const auto kept = Run(inbox().After(owner(), kStart, 100));
    for (const Entry& entry : kept->entries) times.emplace_back(Millis(entry.cursor.ms));
    return times;
  }
  absl::Status DropOldAt(Time now) { return Run(inbox().DropOld(owner(), timer(), now)); }
  std::optional<Time> NextTimer() { return *Run(stores_[0]->NextTimer(owner().shard)); }
};

TEST_P(AgeTest, TheOldLeaveAndTheYoungStay) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  EXPECT_EQ(NextTimer(), clock_.Now() + kKeep);
  const Time first = Came().at(0);
  clock_.Advance(Millis(5));
  ASSERT_THAT(Deliver(Hours(2)), testing::IsOk());
  const size_t count = Came().size();
  ASSERT_THAT(DropOldAt(first + kKeep), testing::IsOk());
  EXPECT_EQ(Came().size(), count) << "just not old yet";
  EXPECT_EQ(NextTimer(), first + kKeep);
  EXPECT_EQ(List()->unread_count(), static_cast<int>(count));

  const Time last = Came().back();
  ASSERT_THAT(DropOldAt(last + kKeep), testing::IsOk());
  EXPECT_EQ(Came().at(0), last);
  EXPECT_EQ(NextTimer(), last + kKeep);
  EXPECT_EQ(List()->unread_count(), static_cast<int>(Came().size()));

  ASSERT_THAT(DropOldAt(last + kKeep + Millis(1)), testing::IsOk());
  EXPECT_TRUE(Came().empty());
  EXPECT_EQ(NextTimer(), std::nullopt);
  EXPECT_EQ(List()->unread_count(), 0);
  EXPECT_EQ(List()->notifications_size(), 0);
}

TEST_P(AgeTest, AnInboxThatWasEmptiedGoesOn) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_THAT(DropOldAt(Came().at(0) + kKeep + Millis(1)), testing::IsOk());
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  EXPECT_TRUE(Came().empty()) << "an event that comes again tells nothing twice";
  ASSERT_THAT(Deliver(Hours(2)), testing::IsOk());
  EXPECT_EQ(NextTimer(), clock_.Now() + kKeep);
  const auto kept = Run(inbox().After(owner(), kStart, 100));
  ASSERT_EQ(kept->entries.size(), 1u);
  EXPECT_EQ(kept->entries[0].record.number(), 2u);
  EXPECT_EQ(List()->unread_count(), 1);
}

INSTANTIATE_TEST_SUITE_P(All, AgeTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

}  // namespace
}  // namespace baodao::inbox
