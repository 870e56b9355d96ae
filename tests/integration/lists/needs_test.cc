// Needs through their life, who sees what of them, and lists of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

INSTANTIATE_TEST_SUITE_P(Stores, ListsTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(ListsTest, ANeedFollowsItsTaskToTheEnd) {
  const v1::Need need = AcceptedNeed();
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_EQ(published->state(), v1::NEED_STATE_MATCHED);
  const std::string task = published->task_id();
  ASSERT_FALSE(task.empty());
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_IN_SERVICE, 5),
              testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_IN_PROGRESS);
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_SERVED, 6), testing::IsOk());
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_IN_SERVICE, 5),
              testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_RESOLVED);
  v1::CloseNeedRequest close;
  close.set_request_id("c1");
  close.set_need_id(need.need_id());
  const auto closed = Call<v1::NeedService>(&Needs::CloseNeed, requester_, close);
  ASSERT_THAT(closed, testing::IsOk());
  EXPECT_EQ(closed->state(), v1::NEED_STATE_CLOSED);

  std::vector<v1::NeedState> states;
  for (const events::v1::Event& event : Events()) {
    ASSERT_TRUE(event.has_need_changed());
    EXPECT_FALSE(event.need_changed().need().has_contact());
    states.push_back(event.need_changed().need().state());
  }
  EXPECT_EQ(states, (std::vector<v1::NeedState>{v1::NEED_STATE_SUBMITTED, v1::NEED_STATE_ACCEPTED,
                                                v1::NEED_STATE_MATCHED, v1::NEED_STATE_IN_PROGRESS,
                                                v1::NEED_STATE_RESOLVED, v1::NEED_STATE_CLOSED}));
}

TEST_P(ListsTest, AReturnedNeedComesBackWithBetterWords) {
  const auto created = CreateNeed(requester_, kCommunity);
  ASSERT_THAT(created, testing::IsOk());
  ASSERT_THAT(Review(coordinator_, created->need_id(), v1::NEED_VERDICT_RETURN), testing::IsOk());
  v1::UpdateNeedRequest better;
  better.set_request_id("u1");
  better.set_need_id(created->need_id());
  better.set_title("每周三陪诊");
  better.mutable_update_mask()->add_paths("title");
  ASSERT_THAT(Call<v1::NeedService>(&Needs::UpdateNeed, requester_, better), testing::IsOk());
  v1::ResubmitNeedRequest again;
  again.set_request_id("s1");
  again.set_need_id(created->need_id());
  const auto resubmitted = Call<v1::NeedService>(&Needs::ResubmitNeed, requester_, again);
  ASSERT_THAT(resubmitted, testing::IsOk());
  EXPECT_EQ(resubmitted->state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_EQ(resubmitted->title(), "每周三陪诊");
  EXPECT_THAT(Review(coordinator_, created->need_id(), v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  EXPECT_THAT(Review(coordinator_, created->need_id(), v1::NEED_VERDICT_ACCEPT),
              testing::IsRefusal(Reason::WRONG_STATE));
}

TEST_P(ListsTest, DuplicatesMergeWithinASubdistrictAndNeverInCircles) {
  const auto a = CreateNeed(requester_, kCommunity);
  const auto b = CreateNeed(requester_, kNeighbour);
  const auto far = CreateNeed(requester_, kElsewhere);
  ASSERT_TRUE(a.ok() && b.ok() && far.ok());
  EXPECT_THAT(Review(coordinator_, a->need_id(), v1::NEED_VERDICT_MERGE, far->need_id()),
              testing::IsRefusal(Reason::AREAS_UNRELATED));
  EXPECT_THAT(Review(coordinator_, a->need_id(), v1::NEED_VERDICT_MERGE, a->need_id()),
              testing::IsRefusal(Reason::MERGE_WITH_ITSELF));
  const auto merged = Review(coordinator_, a->need_id(), v1::NEED_VERDICT_MERGE, b->need_id());
  ASSERT_THAT(merged, testing::IsOk());
  EXPECT_EQ(merged->merged_into_id(), b->need_id());
  EXPECT_THAT(Review(coordinator_, b->need_id(), v1::NEED_VERDICT_MERGE, a->need_id()),
              testing::IsRefusal(Reason::MERGE_CYCLE));
}

// The requester of a merged need heard nothing more, and it could be merged into one that was over.
TEST_P(ListsTest, WhoWasMergedIsInTheEventOfTheOutcome) {
  const std::string neighbour_id = NewPerson();
  const v1::Need need = AcceptedNeed();
  const auto copy = CreateNeed(tokens_.Person(neighbour_id), kNeighbour);
  const auto own_copy = CreateNeed(requester_, kCommunity);
  const auto late = CreateNeed(tokens_.Person(NewPerson()), kCommunity);
  ASSERT_TRUE(copy.ok() && own_copy.ok() && late.ok());
  for (const std::string& id : {copy->need_id(), own_copy->need_id()}) {
    ASSERT_THAT(Review(coordinator_, id, v1::NEED_VERDICT_MERGE, need.need_id()), testing::IsOk());
  }
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_EQ(Events().back().need_changed().merged_size(), 0) << "no outcome yet";
  const std::string& task = published->task_id();
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_SERVED, 6), testing::IsOk());
  const events::v1::NeedChanged changed = Events().back().need_changed();
  EXPECT_EQ(changed.need().state(), v1::NEED_STATE_RESOLVED);
  ASSERT_EQ(changed.merged_size(), 1) << "the requester hears of it anyway";
  EXPECT_EQ(changed.merged(0).need_id(), copy->need_id());
  EXPECT_EQ(changed.merged(0).requester_id(), neighbour_id);

  const absl::Status refused =
      Review(coordinator_, late->need_id(), v1::NEED_VERDICT_MERGE, need.need_id()).status();
  EXPECT_THAT(refused, testing::IsRefusal(Reason::WRONG_STATE)) << refused;
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_CLOSED, 7), testing::IsOk());
  EXPECT_EQ(Events().back().need_changed().merged_size(), 0) << "told once";
}

// Their last word was once that it had expired.
TEST_P(ListsTest, WhoWasMergedHearsOfServiceConfirmedAfterTheTime) {
  const v1::Need need = AcceptedNeed();
  const auto copy = CreateNeed(tokens_.Person(NewPerson()), kNeighbour);
  ASSERT_THAT(copy, testing::IsOk());
  ASSERT_THAT(Review(coordinator_, copy->need_id(), v1::NEED_VERDICT_MERGE, need.need_id()),
              testing::IsOk());
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  const std::string& task = published->task_id();
  clock_.AdvanceTo(ToTime(need.window().end()) + std::chrono::hours(25));
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_EXPIRED, 4), testing::IsOk());
  ASSERT_EQ(Events().back().need_changed().need().state(), v1::NEED_STATE_EXPIRED);
  EXPECT_EQ(Events().back().need_changed().merged_size(), 1);
  ASSERT_THAT(TellTask(need.need_id(), task, dispatch::v1::TASK_STATE_SERVED, 5), testing::IsOk());
  const events::v1::NeedChanged changed = Events().back().need_changed();
  EXPECT_EQ(changed.need().state(), v1::NEED_STATE_RESOLVED);
  ASSERT_EQ(changed.merged_size(), 1);
  EXPECT_EQ(changed.merged(0).need_id(), copy->need_id());
}

// Two coordinators at the same moment: nobody may be lost between two lists of the merged.
TEST_P(ListsTest, MergesAtTheSameMomentAreAllKept) {
  const v1::Need need = AcceptedNeed();
  std::vector<Task<absl::StatusOr<v1::Need>>> merges;
  for (int i = 0; i < 10; ++i) {
    const auto copy = CreateNeed(tokens_.Person(NewPerson()), kCommunity);
    ASSERT_THAT(copy, testing::IsOk());
    v1::ReviewNeedRequest request;
    request.set_request_id(NextRequest());
    request.set_need_id(copy->need_id());
    request.set_verdict(v1::NEED_VERDICT_MERGE);
    request.set_merged_into_id(need.need_id());
    merges.push_back(CallTask<v1::NeedService>(&Needs::ReviewNeed, coordinator_, request, i % 2));
  }
  EXPECT_THAT(RunAll(std::move(merges)), ::testing::Each(testing::IsOk()));
  EXPECT_EQ(Record(need.need_id()).merged_size(), 10);
}

TEST_P(ListsTest, ContactsAreSealedMaskedAndReleasedOnRecord) {
  const auto created = CreateNeed(requester_, kCommunity);
  ASSERT_THAT(created, testing::IsOk());
  EXPECT_EQ(created->contact().phone(), "13812345678");
  const std::string id = created->need_id();
  if (GetParam() == Backend::kMemory) {
    const store::Stored stored = data_.ReadRecord(
        stores_[0]->keys().Of(stores_[0]->keys().ShardOfId(id), "need", id), clock_.Now());
    ASSERT_TRUE(stored.exists());
    EXPECT_EQ(stored.bytes.find("13812345678"), std::string::npos);
    EXPECT_EQ(stored.bytes.find("王秀英"), std::string::npos);
    const auto answer = data_.ReadText(
        stores_[0]->keys().Answer(stores_[0]->keys().ShardOfId(id), requester_id_, "r1"),
        clock_.Now());
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->find("13812345678"), std::string::npos);
  }
  EXPECT_EQ(Record(id).need().has_contact(), false);
  EXPECT_EQ(GetNeed(requester_, id)->contact().address(), "平凉路1234弄5号601室");

  // In passing a coordinator sees them masked; asked for by name, in full and on record.
  const auto reviewed = Review(coordinator_, id, v1::NEED_VERDICT_ACCEPT);
  EXPECT_EQ(reviewed->contact().phone(), "138****5678");
  v1::ListNeedsRequest list;
  list.set_area_code(kCommunity);
  const auto listed = Call<v1::NeedService>(&Needs::ListNeeds, coordinator_, list);
  ASSERT_THAT(listed, testing::IsOk());
  EXPECT_EQ(listed->needs(0).contact().name(), "王**");
  EXPECT_EQ(GetNeed(coordinator_, id)->contact().phone(), "13812345678");
  const auto events = Events();
  ASSERT_TRUE(events.back().has_contact_released());
  EXPECT_EQ(events.back().contact_released().need_id(), id);
  EXPECT_EQ(events.back().contact_released().reader_id(), coordinator_id_);
}

TEST_P(ListsTest, ContactsAreMaskedAgainOnceTheWorkIsOver) {
  const auto created = CreateNeed(requester_, kCommunity);
  ASSERT_THAT(Review(coordinator_, created->need_id(), v1::NEED_VERDICT_REJECT), testing::IsOk());
  EXPECT_EQ(GetNeed(coordinator_, created->need_id())->contact().phone(), "138****5678");
  EXPECT_EQ(GetNeed(requester_, created->need_id())->contact().phone(), "13812345678");
}

TEST_P(ListsTest, StrangersAndOtherAreasSeeNothing) {
  const auto created = CreateNeed(requester_, kCommunity);
  const std::string stranger = tokens_.Person(NewPerson());
  const std::string other = tokens_.Coordinator(NewPerson(), "310110016");
  EXPECT_THAT(GetNeed(stranger, created->need_id()), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(GetNeed(other, created->need_id()), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(Review(other, created->need_id(), v1::NEED_VERDICT_ACCEPT),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(GetNeed(coordinator_, ids::New("ned", 2)), testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_THAT(GetNeed("", created->need_id()), testing::IsRefusal(Reason::UNAUTHENTICATED));
}

TEST_P(ListsTest, WhatCannotBeIsNamed) {
  EXPECT_THAT(CreateNeed(requester_, "999999"), testing::IsRefusal(Reason::AREA_UNKNOWN));
  v1::CreateNeedRequest request = RequestFor(kCommunity);
  *request.mutable_window()->mutable_start() = ToTimestamp(clock_.Now() - std::chrono::hours(2));
  *request.mutable_window()->mutable_end() = ToTimestamp(clock_.Now() + std::chrono::hours(2));
  EXPECT_THAT(Call<v1::NeedService>(&Needs::CreateNeed, requester_, request),
              testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_TRUE(Events().empty());
}

TEST_P(ListsTest, ARequestIdHasOneEffectAndOneAnswer) {
  v1::CreateNeedRequest request;
  request.set_request_id("same");
  request.set_title("陪诊");
  request.set_category("elderly_care");
  request.set_area_code(kCommunity);
  *request.mutable_window()->mutable_start() = ToTimestamp(clock_.Now() + std::chrono::hours(2));
  *request.mutable_window()->mutable_end() = ToTimestamp(clock_.Now() + std::chrono::hours(3));
  std::vector<Task<absl::StatusOr<v1::Need>>> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(CallTask<v1::NeedService>(&Needs::CreateNeed, requester_, request, i % 2));
  }
  std::set<std::string> ids;
  for (const auto& need : RunAll(std::move(calls))) {
    ASSERT_THAT(need, testing::IsOk());
    ids.insert(need->need_id());
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(Events().size(), 1u);
  request.set_title("别的");
  EXPECT_THAT(Call<v1::NeedService>(&Needs::CreateNeed, requester_, request),
              testing::IsRefusal(Reason::REQUEST_ID_REUSED));
}

// Every page of a list, newest first; `between` runs after each page.
class PagesTest : public ListsTest {
 protected:
  std::vector<std::string> AllPages(v1::ListNeedsRequest list, std::function<void()> between) {
    std::vector<std::string> seen;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = Call<v1::NeedService>(
          &Needs::ListNeeds, tokens_.Coordinator(coordinator_id_, kDistrict), list);
      if (!page.ok()) throw std::runtime_error(page.status().ToString());
      for (const v1::Need& need : page->needs()) seen.push_back(need.need_id());
      if (page->next_page_token().empty()) return seen;
      list.set_page_token(page->next_page_token());
      between();
    }
    throw std::runtime_error("the list does not end");
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, PagesTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(PagesTest, ShowEveryNeedOnceWhateverComesMeanwhile) {
  const std::vector<std::string> areas = {kCommunity, kNeighbour, kElsewhere, "310110018003",
                                          kSubdistrict};
  std::vector<std::string> all;
  for (int i = 0; i < 43; ++i) {
    all.push_back(CreateNeed(requester_, areas[i % areas.size()])->need_id());
  }
  std::ranges::sort(all, std::greater());
  v1::ListNeedsRequest list;
  list.set_area_code(kDistrict);
  list.set_page_size(7);
  int added = 0;
  const auto seen = AllPages(list, [&] {
    // Newer ones belong to pages already read; changes of state move nothing.
    ASSERT_THAT(CreateNeed(requester_, areas[added++ % areas.size()]), testing::IsOk());
    ASSERT_THAT(Review(tokens_.Coordinator(coordinator_id_, kDistrict), all[20 + added],
                       v1::NEED_VERDICT_ACCEPT),
                testing::IsOk());
  });
  EXPECT_EQ(seen, all);
}

TEST_P(PagesTest, HoldTheSubtreeOfTheirAreaOnly) {
  std::vector<std::string> below;
  for (int i = 0; i < 12; ++i) {
    const char* const areas[] = {kCommunity, kElsewhere, kNeighbour, kSubdistrict};
    const auto need = CreateNeed(requester_, areas[i % 4]);
    ASSERT_THAT(need, testing::IsOk());
    if (i % 4 != 1) below.push_back(need->need_id());
  }
  std::ranges::sort(below, std::greater());
  v1::ListNeedsRequest list;
  list.set_area_code(kSubdistrict);
  list.set_page_size(5);
  EXPECT_EQ(AllPages(list, [] {}), below);
}

TEST_P(PagesTest, FilterByStateAndCategory) {
  std::vector<std::string> repairs, accepted;
  for (int i = 0; i < 30; ++i) {
    const bool repair = i % 5 == 0;
    const auto need = CreateNeed(requester_, i % 2 == 0 ? kCommunity : kElsewhere,
                                 repair ? "repair" : "elderly_care");
    ASSERT_THAT(need, testing::IsOk());
    if (repair) repairs.push_back(need->need_id());
    if (i % 3 != 0) continue;
    ASSERT_THAT(Review(tokens_.Coordinator(coordinator_id_, kDistrict), need->need_id(),
                       v1::NEED_VERDICT_ACCEPT),
                testing::IsOk());
    accepted.push_back(need->need_id());
  }
  std::ranges::sort(repairs, std::greater());
  std::ranges::sort(accepted, std::greater());
  v1::ListNeedsRequest list;
  list.set_area_code(kDistrict);
  list.set_page_size(4);
  list.set_category("repair");
  EXPECT_EQ(AllPages(list, [] {}), repairs);
  list.clear_category();
  list.add_states(v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(AllPages(list, [] {}), accepted);
  list.set_category("repair");
  EXPECT_EQ(AllPages(list, [] {}).size(), 2u);
  list.clear_states();
  list.add_states(v1::NEED_STATE_CLOSED);
  EXPECT_TRUE(AllPages(list, [] {}).empty());
}

TEST_P(PagesTest, ACategoryFindsWhatIsBelowIt) {
  for (const char* category : {"escort", "repair", "elderly_care", "companionship"}) {
    ASSERT_THAT(CreateNeed(requester_, kCommunity, category), testing::IsOk());
  }
  v1::ListNeedsRequest list;
  list.set_area_code(kDistrict);
  list.set_page_size(2);
  list.set_category("elderly_care");
  EXPECT_EQ(AllPages(list, [] {}).size(), 3u);
  list.set_category("escort");
  EXPECT_EQ(AllPages(list, [] {}).size(), 1u);
}

TEST_P(PagesTest, ATokenBelongsToItsQueryAndItsDay) {
  for (int i = 0; i < 3; ++i) ASSERT_THAT(CreateNeed(requester_, kCommunity), testing::IsOk());
  v1::ListNeedsRequest list;
  list.set_area_code(kCommunity);
  list.set_page_size(2);
  auto page = Call<v1::NeedService>(&Needs::ListNeeds, coordinator_, list);
  ASSERT_THAT(page, testing::IsOk());
  list.set_page_token(page->next_page_token());
  list.set_area_code(kNeighbour);
  EXPECT_THAT(Call<v1::NeedService>(&Needs::ListNeeds, coordinator_, list),
              testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
  list.set_area_code(kCommunity);
  clock_.Advance(std::chrono::hours(25));
  EXPECT_THAT(Call<v1::NeedService>(&Needs::ListNeeds,
                                    tokens_.Coordinator(coordinator_id_, kSubdistrict), list),
              testing::IsRefusal(Reason::PAGE_TOKEN_EXPIRED));
}

TEST_P(PagesTest, MineAreMineWhereverTheyAre) {
  std::vector<std::string> mine;
  for (int i = 0; i < 9; ++i) {
    mine.push_back(CreateNeed(requester_, i % 2 == 0 ? kCommunity : kElsewhere)->need_id());
    ASSERT_THAT(CreateNeed(tokens_.Person(NewPerson()), kCommunity), testing::IsOk());
  }
  std::ranges::sort(mine, std::greater());
  v1::ListMyNeedsRequest list;
  list.set_page_size(4);
  std::vector<std::string> seen;
  for (;;) {
    const auto page = Call<v1::NeedService>(&Needs::ListMyNeeds, requester_, list);
    ASSERT_THAT(page, testing::IsOk());
    for (const v1::Need& need : page->needs()) {
      EXPECT_EQ(need.contact().phone(), "13812345678");
      seen.push_back(need.need_id());
    }
    if (page->next_page_token().empty()) break;
    list.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(seen, mine);
}

}  // namespace
}  // namespace baodao::lists
