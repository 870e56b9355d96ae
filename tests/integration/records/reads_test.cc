// Reading the archive: pages, filters, totals and sums.
#include "services/records/store/reads.h"

#include <absl/strings/str_split.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "common/clock/time_text.h"
#include "common/testing/matchers.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Areas = std::vector<std::string>;

constexpr char kPerson[] = "per_1";

int64_t Ms(const std::string& text) { return FromRfc3339(text)->time_since_epoch().count(); }

class ReadsTest : public DatabaseTest {
 protected:
  ReadsTest() { Ensure(); }

  // A task on a day of November, and the person's part in it.
  void Add(const std::string& task, int day, const std::string& area, const std::string& category,
           dispatch::v1::AssignmentState state, const std::string& person = kPerson) {
    const StreamId id{++events_, 0};
    TaskRow row(id);
    row.task_id = task;
    row.title = "任务" + task;
    row.area_code = area;
    row.category = category;
    row.start_ms = Ms("2026-11-01T01:00:00Z") + int64_t{day - 1} * 86'400'000;
    row.end_ms = row.start_ms + 3'600'000;
    row.rating = 5;
    AssignmentRow assignment(id);
    assignment.task_id = task;
    assignment.person_id = person;
    assignment.start_ms = row.start_ms;
    assignment.area_code = area;
    assignment.state = state;
    Entry entry{id, false, {}};
    entry.rows.task = row;
    entry.rows.assignment = assignment;
    Put({entry});
  }

  void Credit(int64_t sequence, const std::string& task, int64_t minutes, int64_t reverses = 0,
              dispatch::v1::Confirmation confirmation = dispatch::v1::CONFIRMATION_EVALUATION,
              const std::string& unit = "", bool unit_post = false) {
    const StreamId id{++events_, 0};
    Entry entry{id, false, {}};
    LedgerRow row(id);
    row.person_id = kPerson;
    row.sequence = sequence;
    row.task_id = task;
    row.title = "任务" + task;
    row.minutes = minutes;
    row.reverses = reverses;
    row.confirmation = confirmation;
    row.unit_id = unit;
    row.unit_post = unit_post ? 1 : 0;
    row.time_ms = Ms("2026-12-24T01:00:00Z");
    entry.rows.ledger = row;
    Put({entry});
  }

  HistoryPage History(HistoryQuery query) {
    if (query.person_id.empty()) query.person_id = kPerson;
    return Do<HistoryPage>(
        [query](Connection& connection) { return ReadHistory(connection, query); });
  }
  static std::vector<std::string> TasksOf(const HistoryPage& page) {
    std::vector<std::string> tasks;
    for (const HistoryFact& fact : page.facts) tasks.push_back(fact.assignment.task_id);
    return tasks;
  }
  StatementPage Statement(StatementQuery query = {}) {
    query.person_id = kPerson;
    if (query.period.end_ms == 0) query.period = {0, Ms("2030-01-01T00:00:00Z")};
    return Do<StatementPage>(
        [query](Connection& connection) { return ReadStatement(connection, query); });
  }

  int64_t events_ = 0;
};

TEST_P(ReadsTest, PagesShowEveryAssignmentOnceAndTheLatestTaskFirst) {
  // Two of the same moment, too.
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Add("t3", 2, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("t2", 2, "B", "escort", dispatch::v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("t4", 3, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN);
  Add("t5", 9, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, "per_2");
  HistoryQuery query;
  query.size = 2;
  HistoryPage page = History(query);
  EXPECT_THAT(TasksOf(page), ElementsAre("t4", "t3"));
  EXPECT_EQ(page.total, 4);
  EXPECT_TRUE(page.more);
  const AssignmentRow& last = page.facts.back().assignment;
  query.after = PagePosition{last.start_ms, last.task_id};
  // One that comes meanwhile belongs to a page before.
  Add("t6", 8, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
  page = History(query);
  EXPECT_THAT(TasksOf(page), ElementsAre("t2", "t1"));
  EXPECT_EQ(page.total, 5);
  EXPECT_FALSE(page.more);
}

TEST_P(ReadsTest, HistoryIsFiltered) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Add("t2", 2, "B", "escort", dispatch::v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("t3", 3, "C", "escort", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_THAT(TasksOf(History({.states = {dispatch::v1::ASSIGNMENT_STATE_CREDITED}})),
              ElementsAre("t3", "t1"));
  EXPECT_THAT(TasksOf(History({.states = {dispatch::v1::ASSIGNMENT_STATE_CREDITED,
                                          dispatch::v1::ASSIGNMENT_STATE_NO_SHOW},
                               .categories = {"escort"}})),
              ElementsAre("t3", "t2"));
  EXPECT_THAT(TasksOf(History({.areas = Areas{"A", "B"}})), ElementsAre("t2", "t1"));
  EXPECT_EQ(History({.areas = Areas{"A"}}).total, 1);
  EXPECT_THAT(TasksOf(History({.areas = Areas{}})), IsEmpty());
  EXPECT_THAT(TasksOf(History({.areas = Areas{"A' OR '1' = '1"}})), IsEmpty());
  // From the start on, and before the end.
  const Period second{Ms("2026-11-02T01:00:00Z"), Ms("2026-11-03T01:00:00Z")};
  EXPECT_THAT(TasksOf(History({.period = second})), ElementsAre("t2"));
  EXPECT_THAT(TasksOf(History({.person_id = "per_9"})), IsEmpty());
}

TEST_P(ReadsTest, HistoryKnowsTheTaskAndWhatItCredited) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Credit(1, "t1", 60);
  Credit(2, "t1", -60, 1);
  Credit(3, "t1", 45);
  const HistoryPage page = History({});
  ASSERT_EQ(page.facts.size(), 1u);
  EXPECT_EQ(page.facts[0].title, "任务t1");
  EXPECT_EQ(page.facts[0].category, "cleaning");
  EXPECT_EQ(page.facts[0].rating, 5);
  EXPECT_EQ(page.facts[0].minutes, 45);
  EXPECT_EQ(page.facts[0].end_ms - page.facts[0].assignment.start_ms, 3'600'000);
}

TEST_P(ReadsTest, AreasAreThoseOfTasksAndOfRegistrations) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_DECLINED);
  Add("t2", 2, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Entry entry{{++events_, 0}, false, {}};
  entry.rows.registration = RegistrationRow(entry.id);
  entry.rows.registration->registration_id = "reg_1";
  entry.rows.registration->subject_id = kPerson;
  entry.rows.registration->area_code = "B";
  Put({entry});
  EXPECT_THAT(Do<Areas>([](Connection& connection) { return AreasOf(connection, kPerson); }),
              UnorderedElementsAre("A", "B"));
  EXPECT_THAT(Do<Areas>([](Connection& connection) { return AreasOf(connection, "per_9"); }),
              IsEmpty());
}

TEST_P(ReadsTest, AStatementAddsUpWhatIsInThePeriod) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Add("t2", 2, "B", "escort", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Credit(1, "t2", 90, 0, dispatch::v1::CONFIRMATION_MANUAL, "unt_1", true);
  Credit(2, "t1", 60);
  Sums sums = SumUp(Statement().groups);
  EXPECT_EQ(sums.posts["unit"], (Minutes{0, 90}));
  EXPECT_EQ(sums.posts["community"], (Minutes{60, 0}));
  EXPECT_EQ(sums.total, (Minutes{60, 90}));
  EXPECT_EQ(sums.entries, 2);
  EXPECT_EQ(sums.months["2026-11"], (Minutes{60, 90})) << "of the service, not of the entry";
  EXPECT_EQ(sums.categories["escort"], (Minutes{0, 90}));
  EXPECT_EQ(sums.areas["A"], (Minutes{60, 0}));
  EXPECT_EQ(sums.units["unt_1"], (Minutes{0, 90}));
  sums =
      SumUp(Statement({.period = {Ms("2026-11-02T00:00:00Z"), Ms("2026-11-03T00:00:00Z")}}).groups);
  EXPECT_EQ(sums.total, (Minutes{0, 90}));
  EXPECT_EQ(SumUp(Statement({.categories = {"cleaning"}}).groups).total, (Minutes{60, 0}));
  EXPECT_EQ(SumUp(Statement({.areas = Areas{"B"}}).groups).total, (Minutes{0, 90}));
}

// 60 minutes by sign-in, put right to 45, then to nothing.
TEST_P(ReadsTest, ACorrectionIsByHandAndAReversalCountsWhereItsEntryDid) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Credit(1, "t1", 60);
  EXPECT_EQ(SumUp(Statement().groups).total, (Minutes{60, 0}));
  Credit(2, "t1", -60, 1, dispatch::v1::CONFIRMATION_CORRECTION);
  Credit(3, "t1", 45, 0, dispatch::v1::CONFIRMATION_CORRECTION);
  EXPECT_EQ(SumUp(Statement().groups).total, (Minutes{0, 45}));
  Credit(4, "t1", -45, 3, dispatch::v1::CONFIRMATION_CORRECTION);
  EXPECT_EQ(SumUp(Statement().groups).total, (Minutes{0, 0}));
}

TEST_P(ReadsTest, WhatPeopleAskedForIsByHandOnWhateverProof) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Add("t2", 2, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Credit(1, "t1", 60, 0, dispatch::v1::CONFIRMATION_MANUAL_ON_STATEMENT);
  Credit(2, "t2", 30, 0, dispatch::v1::CONFIRMATION_MANUAL_ON_PHOTOS);
  EXPECT_EQ(SumUp(Statement().groups).total, (Minutes{0, 90}));
}

// The task is told by another stream than the hours.
TEST_P(ReadsTest, HoursOfAnUnknownTaskCountWhenTheyWereCredited) {
  Credit(1, "t1", 60);
  Sums sums = SumUp(Statement().groups);
  EXPECT_EQ(sums.months["2026-12"], (Minutes{60, 0}));
  EXPECT_EQ(sums.areas[""], (Minutes{60, 0}));
  EXPECT_EQ(SumUp(Statement({.areas = Areas{"A"}}).groups).entries, 0);
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  sums = SumUp(Statement().groups);
  EXPECT_EQ(sums.months["2026-11"], (Minutes{60, 0}));
}

TEST_P(ReadsTest, EntriesComeInPagesByTheDayOfTheService) {
  Add("t1", 1, "A", "cleaning", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Add("t2", 2, "B", "escort", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  Credit(1, "t2", 90);
  Credit(2, "t1", 60);
  Credit(3, "t1", -60, 2);
  StatementQuery query;
  query.size = 2;
  const auto sequences = [](const StatementPage& page) {
    std::vector<int64_t> found;
    for (const StatementFact& fact : page.facts) found.push_back(fact.entry.sequence);
    return found;
  };
  StatementPage page = Statement(query);
  EXPECT_THAT(sequences(page), ElementsAre(2, 3));
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.facts[1].area_code, "A");
  EXPECT_EQ(page.facts[1].entry.reverses, 2);
  query.after = PagePosition{page.facts[1].service_ms, "3"};
  page = Statement(query);
  EXPECT_THAT(sequences(page), ElementsAre(1));
  EXPECT_FALSE(page.more);
  EXPECT_EQ(SumUp(page.groups).entries, 3) << "of the whole, on every page";
}

// The plans of PostgreSQL depend on statistics.
class ReadPlansTest : public ReadsTest {};

// Questions about one person among many are answered by indexes.
TEST_P(ReadPlansTest, NoQuestionReadsAWholeTable) {
  const std::string plans = PlansOf([](Connection& connection) {
    HistoryQuery history{.person_id = kPerson, .after = PagePosition{5, "t"}};
    EXPECT_THAT(ReadHistory(connection, history), testing::IsOk());
    NeedHistoryQuery needs{.person_id = kPerson, .after = PagePosition{5, "n"}};
    EXPECT_THAT(ReadHistory(connection, needs), testing::IsOk());
    StatementQuery statement{.person_id = kPerson, .period = {0, 5}, .after = PagePosition{5, "1"}};
    EXPECT_THAT(ReadStatement(connection, statement), testing::IsOk());
    EXPECT_THAT(AreasOf(connection, kPerson), testing::IsOk());
  });
  EXPECT_EQ(std::count(plans.begin(), plans.end(), '\n'), 7) << plans;
  for (const char* index : {"INDEX assignments_of_person", "INDEX registrations_of_subject",
                            "INDEX needs_of_requester"}) {
    EXPECT_THAT(plans, HasSubstr(index));
  }
  for (const char* table :
       {"a", "t", "l", "e", "r", "n", "assignments", "registrations", "ledger", "needs"}) {
    EXPECT_THAT(plans, Not(HasSubstr(std::string("SCAN ") + table + ";")));
  }
  const std::vector<std::string> each = absl::StrSplit(plans, '\n');
  for (const size_t page : {1, 3}) {
    EXPECT_THAT(each[page], Not(HasSubstr("FOR ORDER BY")))
        << "a page of history comes in the order of its index";
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReadsTest, ::testing::Values(Dialect::kSqlite, Dialect::kPostgres),
                         DialectName);

INSTANTIATE_TEST_SUITE_P(Sqlite, ReadPlansTest, ::testing::Values(Dialect::kSqlite), DialectName);

}  // namespace
}  // namespace baodao::records
