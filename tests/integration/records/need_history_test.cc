// The needs that a person has raised: pages, filters, totals.
#include <gmock/gmock.h>

#include "baodao/lists/v1/need.pb.h"
#include "services/records/store/reads.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Areas = std::vector<std::string>;

class NeedHistoryTest : public DatabaseTest {
 protected:
  NeedHistoryTest() { Ensure(); }

  void Raise(const std::string& need, int64_t create_ms, const std::string& area,
             lists::v1::NeedState state, const std::string& requester = "per_1",
             const std::string& task = {}) {
    NeedRow row(StreamId{++events_, 0});
    row.need_id = need;
    row.title = "需求" + need;
    row.category = need.ends_with("2") ? "escort" : "cleaning";
    row.area_code = area;
    row.state = state;
    row.requester_id = requester;
    row.task_id = task;
    row.create_ms = create_ms;
    Entry entry{StreamId{events_, 0}, false, {}};
    entry.rows.need = row;
    Put({entry});
  }
  void RateTask(const std::string& task, int64_t rating) {
    TaskRow row(StreamId{++events_, 0});
    row.task_id = task;
    row.rating = rating;
    Entry entry{StreamId{events_, 0}, false, {}};
    entry.rows.task = row;
    Put({entry});
  }

  NeedHistoryPage History(NeedHistoryQuery query = {}) {
    if (query.person_id.empty()) query.person_id = "per_1";
    return Do<NeedHistoryPage>(
        [query](Connection& connection) { return ReadHistory(connection, query); });
  }
  std::vector<std::string> Ids(const NeedHistoryQuery& query) {
    std::vector<std::string> ids;
    for (const NeedHistoryFact& fact : History(query).facts) ids.push_back(fact.need.need_id);
    return ids;
  }

  int64_t events_ = 0;
};

TEST_P(NeedHistoryTest, PagesShowEveryNeedOnceAndTheNewestFirst) {
  // Two of the same moment, too.
  Raise("n1", 10, "A", lists::v1::NEED_STATE_CLOSED);
  Raise("n3", 20, "A", lists::v1::NEED_STATE_CANCELLED);
  Raise("n2", 20, "A", lists::v1::NEED_STATE_CLOSED);
  Raise("n4", 30, "A", lists::v1::NEED_STATE_SUBMITTED);
  Raise("n5", 40, "A", lists::v1::NEED_STATE_SUBMITTED, "per_2");
  NeedHistoryQuery query{.size = 2};
  EXPECT_THAT(Ids(query), ElementsAre("n4", "n3"));
  EXPECT_TRUE(History(query).more);
  query.after = PagePosition{20, "n3"};
  EXPECT_THAT(Ids(query), ElementsAre("n2", "n1"));
  EXPECT_FALSE(History(query).more);
  EXPECT_EQ(History(query).total, 4) << "of all pages";
}

TEST_P(NeedHistoryTest, NeedsAreFiltered) {
  Raise("n1", 10, "A", lists::v1::NEED_STATE_CLOSED);
  Raise("n2", 20, "B", lists::v1::NEED_STATE_CANCELLED);
  Raise("n3", 30, "C", lists::v1::NEED_STATE_CLOSED);
  EXPECT_THAT(Ids({.states = {lists::v1::NEED_STATE_CLOSED}}), ElementsAre("n3", "n1"));
  EXPECT_THAT(Ids({.categories = {"escort"}}), ElementsAre("n2"));
  EXPECT_THAT(Ids({.areas = Areas{"A", "B"}}), ElementsAre("n2", "n1"));
  EXPECT_THAT(Ids({.areas = Areas{}}), IsEmpty());
  // From the start on, and before the end.
  EXPECT_THAT(Ids({.period = Period{20, 30}}), ElementsAre("n2"));
  EXPECT_THAT(Ids({.person_id = "per_9"}), IsEmpty());
}

TEST_P(NeedHistoryTest, ANeedKnowsHowItsTaskWasRated) {
  Raise("n1", 10, "A", lists::v1::NEED_STATE_CLOSED, "per_1", "t1");
  Raise("n2", 20, "A", lists::v1::NEED_STATE_MATCHED, "per_1", "t2");
  RateTask("t1", 4);
  const NeedHistoryPage page = History();
  ASSERT_EQ(page.facts.size(), 2u);
  EXPECT_EQ(page.facts[0].rating, 0) << "nothing is known of its task yet";
  EXPECT_EQ(page.facts[1].rating, 4);
  EXPECT_EQ(page.facts[1].need.title, "需求n1");
}

TEST_P(NeedHistoryTest, WhereSomebodyRaisedANeedTheyAreKnown) {
  Raise("n1", 10, "A", lists::v1::NEED_STATE_CLOSED);
  EXPECT_THAT(Do<Areas>([](Connection& connection) { return AreasOf(connection, "per_1"); }),
              ElementsAre("A"));
}

INSTANTIATE_TEST_SUITE_P(All, NeedHistoryTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
