// Finding tasks, needs, units and people in both databases.

#include "services/records/store/document_index.h"
#include "services/records/store/search_areas.h"
#include "tests/integration/records/search_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST_P(SearchTest, AllWordsAreThereAndTheNewestComesFirst) {
  PutTask(3, "三号楼楼道清理");
  PutTask(1, "楼道 AED 检查");
  PutTask(2, "陪同就医");
  PutTask(4, "清理楼顶");
  EXPECT_THAT(Minutes(Asking("楼道")), ElementsAre(3, 1));
  EXPECT_THAT(Minutes(Asking("楼道 清理")), ElementsAre(3));
  EXPECT_THAT(Minutes(Asking("楼道清理")), ElementsAre(3));
  EXPECT_THAT(Minutes(Asking("楼")), ElementsAre(4, 3, 1));
  EXPECT_THAT(Minutes(Asking("ａｅｄ")), ElementsAre(1));
  EXPECT_THAT(Minutes(Asking("ae")), ElementsAre(1)) << "the beginning of a word";
  EXPECT_THAT(Minutes(Asking("ae检查")), IsEmpty());
  EXPECT_THAT(Minutes(Asking("道楼")), IsEmpty());
  const TaskRow row = Find(Asking("陪同")).rows.at(0);
  EXPECT_EQ(row.title, "陪同就医");
  EXPECT_EQ(row.category, "cleaning");
  EXPECT_EQ(row.area_code, "A");
  EXPECT_EQ(row.state, dispatch::v1::TASK_STATE_OPEN);
}

// PostgreSQL's index has no parts.
class MergingTest : public SearchTest {};

// FTS5 reads all parts of its index side by side.
TEST_P(MergingTest, LeavesFewPartsAndFindsTheSame) {
  const auto parts = [this] {
    return Number("SELECT COUNT(DISTINCT segid) FROM document_index_idx");
  };
  constexpr int kTasks = 60;
  for (int minute = 1; minute <= kTasks; ++minute) PutTask(minute, "楼道清理");
  for (int minute = 1; minute <= kTasks; minute += 2) PutTask(minute, "陪同就医");
  EXPECT_GT(parts(), 3);
  SearchQuery query = Asking("楼道");
  query.size = kTasks;
  const std::vector<int> before = Minutes(query);
  EXPECT_THAT(before, SizeIs(kTasks / 2));
  int steps = 0;
  const auto merge = [this](bool all) {
    return Do<bool>([all](Connection& connection) { return MergeIndex(connection, all); });
  };
  while (merge(false)) ++steps;
  EXPECT_GT(steps, 0);
  EXPECT_LE(parts(), 3);
  EXPECT_EQ(Minutes(query), before);
  PutTask(kTasks + 1, "助餐");
  for (bool all = true; merge(all); all = false) {
  }
  EXPECT_EQ(parts(), 1);
  EXPECT_EQ(Minutes(query), before);
  ExpectWholeIndex();
}

TEST_P(SearchTest, PagesShowEverythingOnce) {
  for (int minute = 1; minute <= 7; ++minute) PutTask(minute, "楼道清理");
  SearchQuery query = Asking("楼道");
  query.size = 3;
  std::vector<int> all;
  for (const bool more : {true, true, false}) {
    const SearchPage<TaskRow> page = Find(query);
    EXPECT_EQ(page.more, more);
    for (const int minute : Minutes(query)) all.push_back(minute);
    query.range.end = page.last;
    // One that comes meanwhile belongs to a page before.
    PutTask(static_cast<int>(10 + all.size()), "楼道清理");
  }
  EXPECT_THAT(all, ElementsAre(7, 6, 5, 4, 3, 2, 1));
}

TEST_P(SearchTest, WhatIsFoundIsFiltered) {
  PutTask(1, "楼道清理", "A", dispatch::v1::TASK_STATE_CLOSED, "cleaning");
  PutTask(2, "楼道清理", "a", dispatch::v1::TASK_STATE_OPEN, "escort");
  PutTask(3, "楼道清理", "B", dispatch::v1::TASK_STATE_CANCELLED, "cleaning");
  const auto with = [](std::vector<std::string> terms,
                       std::vector<std::vector<std::string>> choices) {
    SearchQuery query = Asking("楼道");
    query.wanted.terms.insert(query.wanted.terms.end(), terms.begin(), terms.end());
    query.wanted.choices = std::move(choices);
    return query;
  };
  EXPECT_THAT(Minutes(with({}, {{AreaMark("A")}})), ElementsAre(1)) << "capitals count";
  EXPECT_THAT(Minutes(with({}, {{AreaMark("A"), AreaMark("B"), AreaMark("C")}})),
              ElementsAre(3, 1));
  EXPECT_THAT(Minutes(with({}, {{StateMark(dispatch::v1::TASK_STATE_CLOSED),
                                 StateMark(dispatch::v1::TASK_STATE_OPEN)}})),
              ElementsAre(2, 1));
  EXPECT_THAT(Minutes(with({CategoryMark("cleaning")}, {{AreaMark("B"), AreaMark("a")}})),
              ElementsAre(3));
  EXPECT_THAT(Minutes(with({}, {{AreaMark("")}})), IsEmpty());
  EXPECT_THAT(Minutes(Asking("楼道", Period{MadeAt(2), MadeAt(3)})), ElementsAre(2));
}

// All areas of a district, its houses too: those without anything are not asked for.
TEST_P(SearchTest, ASubtreeMayHaveThousandsOfAreas) {
  PutTask(1, "楼道清理", "A");
  PutTask(2, "楼道清理", "a");
  PutTask(3, "楼道清理", "B");
  SearchQuery wide = Asking("楼道");
  wide.areas = Among({});
  EXPECT_THAT(Minutes(wide), IsEmpty()) << "none at all";
  std::vector<std::string> codes = Scattered(3000);
  const std::vector<std::string> others = Scattered(3000, 1);
  wide.areas = Among(codes, others);
  EXPECT_THAT(Minutes(wide), IsEmpty());
  codes.push_back("B");
  codes.push_back("a");
  wide.areas = Among(codes, others);
  EXPECT_THAT(Minutes(wide), ElementsAre(3, 2));
  // With something in so many that what is found is looked at.
  for (int i = 0; i < 250; ++i) PutTask(10 + i, "陪同就医", codes[static_cast<size_t>(i)]);
  EXPECT_THAT(Minutes(wide), ElementsAre(3, 2));
  EXPECT_EQ(Find(Asking("就医")).rows.size(), 20u);
  wide.size = 1;
  EXPECT_THAT(Minutes(wide), ElementsAre(3));
  EXPECT_TRUE(Find(wide).more);
}

// Whatever the codes below a district or a subdistrict are, one mark asks for all of them.
TEST_P(SearchTest, ASubtreeIsAskedForByTheBeginningOfItsCodes) {
  const std::vector<std::string> others = {"31", "310112", "310112001", "310112001001"};
  std::vector<std::string> codes = {"310110"};
  for (int i = 0; i < 12; ++i) {
    codes.push_back(absl::StrFormat("310110%03d", i));
    for (int j = 0; j < 300; ++j) codes.push_back(absl::StrFormat("310110%03d%03d", i, j));
  }
  SearchQuery query = Asking("楼道");
  query.areas = Among(codes, others);
  const auto marks = [&] {
    return Do<std::vector<std::string>>(
        [&](Connection& connection) -> absl::StatusOr<std::vector<std::string>> {
          return AreaFilter(connection, "tasks", *query.areas, {}).marks();
        });
  };
  EXPECT_THAT(marks(), ElementsAre(AreasMark("310110")));
  PutTask(1, "楼道清理", "310110");
  PutTask(2, "楼道清理", "310110003007");
  PutTask(3, "楼道清理", "310112001001");
  PutTask(4, "楼道清理", "310110003999");
  EXPECT_THAT(Minutes(query), ElementsAre(2, 1)) << "one that nobody knows belongs to nobody";
  // One of them belongs to another district now.
  std::erase(codes, "310110003007");
  query.areas = Among(codes, {"31", "310112", "310110003007"});
  EXPECT_THAT(marks(), SizeIs(11 + 1)) << "the other subdistricts, and where anything lies";
  EXPECT_THAT(Minutes(query), ElementsAre(1));
}

// A dead letter that is sent again, a replay.
TEST_P(SearchTest, AnOlderEventChangesNothing) {
  PutTask(1, "楼道清理", "A", dispatch::v1::TASK_STATE_CLOSED);
  TaskRow older{StreamId{0, 1}};
  older.task_id = IdOf("tsk", 1);
  older.title = "陪同就医";
  older.area_code = "B";
  older.state = dispatch::v1::TASK_STATE_OPEN;
  Entry entry{StreamId{0, 1}, true, {}};
  entry.rows.task = older;
  Put({entry});
  EXPECT_THAT(Minutes(Asking("楼道")), ElementsAre(1));
  EXPECT_THAT(Minutes(Asking("陪同")), IsEmpty());
  SearchQuery closed = Asking("楼道");
  closed.wanted.choices = {{StateMark(dispatch::v1::TASK_STATE_CLOSED)}, {AreaMark("A")}};
  EXPECT_THAT(Minutes(closed), ElementsAre(1));
}

TEST_P(SearchTest, ATaskIsFoundBeforeItsOwnEventTellsOfIt) {
  PutRow<TaskHead>(&Rows::task_head, [&](TaskHead& row) {
    row.task_id = IdOf("tsk", 1);
    row.title = "楼道清理";
    row.state = dispatch::v1::TASK_STATE_STAFFED;
  });
  EXPECT_THAT(Minutes(Asking("楼道")), ElementsAre(1));
  PutTask(1, "楼道清理");
  SearchQuery known = Asking("楼道");
  known.wanted.terms.push_back(CategoryMark("cleaning"));
  EXPECT_THAT(Minutes(known), ElementsAre(1));
}

TEST_P(SearchTest, WhatIsRenamedIsFoundByItsNewName) {
  const auto put = [this](const std::string& name) {
    PutRow<UnitRow>(&Rows::unit, [&](UnitRow& row) {
      row.unit_id = IdOf("unt", 1);
      row.name = name;
    });
  };
  put("第一小学");
  PutTask(1, "第一小学护学");
  EXPECT_THAT(UnitsNamed("小学"), ElementsAre("第一小学")) << "and no tasks";
  put("第一中学");
  EXPECT_THAT(UnitsNamed("小学"), IsEmpty());
  EXPECT_THAT(UnitsNamed("中学"), ElementsAre("第一中学"));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM documents"), 2);
}

// Thousands may be imported at once, or have ids of no form.
TEST_P(SearchTest, ThoseOfOneMillisecondAreAllFound) {
  constexpr int kMany = 1100;
  std::vector<Entry> entries;
  for (int i = 0; i < kMany; ++i) {
    const StreamId id = NextId();
    Entry entry{id, false, {}};
    entry.rows.task = TaskRow(id);
    entry.rows.task->task_id = absl::StrFormat("tsk_01HF000001%016d", i);
    entry.rows.task->title = "楼道清理";
    entries.push_back(std::move(entry));
  }
  Put(entries);
  SearchQuery query = Asking("楼道");
  query.size = kMany;
  EXPECT_THAT(Find(query).rows, SizeIs(kMany));
  EXPECT_FALSE(Find(query).more);
}

TEST_P(SearchTest, PeopleAreFoundWhereTheyAreRegistered) {
  const std::string one = IdOf("per", 1), two = IdOf("per", 2);
  // Heard of in either order.
  PutRegistration(one, "A", registration::v1::REGISTRATION_STATE_PENDING);
  PutPerson(one, "aaaa bbbb");
  PutPerson(two, "aaaa");
  PutRegistration(two, "A", registration::v1::REGISTRATION_STATE_ACTIVE);
  PutRegistration(two, "B", registration::v1::REGISTRATION_STATE_SUSPENDED);
  const auto found = [this](const std::string& term, const std::string& area, int64_t state) {
    std::vector<std::string> ids;
    for (const PersonFact& person : People(term, {PlaceMark(state, area)}).rows) {
      ids.push_back(person.person_id);
    }
    return ids;
  };
  EXPECT_THAT(found("aaaa", "A", 1), ElementsAre(one));
  EXPECT_THAT(found("aaaa", "A", 2), ElementsAre(two));
  EXPECT_THAT(found("bbbb", "A", 2), IsEmpty());
  EXPECT_THAT(found("aaaa", "B", 2), IsEmpty()) << "it is suspended there";
  const PersonFact person = People("aaaa", {PlaceMark(2, "A")}).rows.at(0);
  ASSERT_THAT(person.registrations, SizeIs(2));
  EXPECT_EQ(person.registrations[0].area_code, "A");
  EXPECT_EQ(person.registrations[1].state, registration::v1::REGISTRATION_STATE_SUSPENDED);
  // Whose registration ends is not found there any more, and whose name changes by the new one.
  PutRegistration(two, "A", registration::v1::REGISTRATION_STATE_ENDED);
  EXPECT_THAT(found("aaaa", "A", 2), IsEmpty());
  EXPECT_THAT(found("aaaa", "B", 3), ElementsAre(two));
  PutPerson(two, "cccc");
  EXPECT_THAT(found("aaaa", "B", 3), IsEmpty());
  EXPECT_THAT(found("cccc", "B", 3), ElementsAre(two));
}

TEST_P(SearchTest, PeopleAreFoundAmongThousandsOfAreas) {
  SearchQuery wide;
  wide.wanted.terms = {"aaaa"};
  wide.range = RangeOf(DocumentKind::kPerson, std::nullopt);
  const std::vector<std::string> codes = Scattered(3000);
  wide.areas = Among(codes, Scattered(3000, 1));
  const auto found = [&](const std::vector<int>& states) {
    wide.states = states;
    std::vector<std::string> ids;
    for (const PersonFact& person : Do<SearchPage<PersonFact>>([&](Connection& connection) {
                                      return SearchPeople(connection, wide);
                                    }).rows) {
      ids.push_back(person.person_id);
    }
    return ids;
  };
  const std::string one = IdOf("per", 1), two = IdOf("per", 2);
  PutPerson(one, "aaaa");
  PutRegistration(one, codes[7], registration::v1::REGISTRATION_STATE_ACTIVE);
  PutPerson(two, "aaaa");
  PutRegistration(two, "Y", registration::v1::REGISTRATION_STATE_ACTIVE);
  EXPECT_THAT(found({1, 2, 3}), ElementsAre(one));
  EXPECT_THAT(found({1}), IsEmpty());
  // Others are registered in so many of them that who is found is looked at.
  for (size_t i = 0; i < 250; ++i) {
    const std::string other = IdOf("per", 10 + static_cast<int>(i));
    PutPerson(other, "bbbb");
    PutRegistration(other, codes[i], registration::v1::REGISTRATION_STATE_ACTIVE);
  }
  EXPECT_THAT(found({1, 2, 3}), ElementsAre(one));
  EXPECT_THAT(found({2}), ElementsAre(one));
  EXPECT_THAT(found({1}), IsEmpty());
  // All areas there are, but one.
  wide.areas = Among(codes, {"Y"});
  EXPECT_THAT(found({1, 2, 3}), ElementsAre(one));
  EXPECT_THAT(found({1}), IsEmpty());
  PutRegistration(two, "X9", registration::v1::REGISTRATION_STATE_ACTIVE);
  EXPECT_THAT(found({2}), ElementsAre(one)) << "nobody knows where X9 is";
}

// SQLite alone.
class SearchFileTest : public SearchTest {};

// However many rows have the word, the index is read from the newest on until the page is full.
TEST_P(SearchFileTest, NothingIsSortedAndNoTableIsRead) {
  const std::vector<std::string> many = Scattered(250);
  for (int i = 0; i < 250; ++i) PutTask(i, "陪同就医", many[static_cast<size_t>(i)]);
  for (const bool wide : {false, true}) {
    SearchQuery query = Asking("楼道", Period{1, 2});
    query.areas = wide ? Among(many, Scattered(250, 1)) : Among({"A", "B"});
    const std::string plan = PlansOf([&](Connection& connection) {
      EXPECT_THAT(SearchTasks(connection, query), testing::IsOk());
    });
    // "M": by the words; "<>": within the range of numbers; in the order of the index.
    EXPECT_THAT(plan, HasSubstr("SCAN document_index VIRTUAL TABLE INDEX 192:M1><;"));
    EXPECT_THAT(plan, HasSubstr("SEARCH d USING INTEGER PRIMARY KEY"));
    EXPECT_THAT(plan, HasSubstr("SEARCH t USING INDEX"));
    EXPECT_EQ(plan.find("SEARCH r USING COVERING INDEX tasks_of_area") != plan.npos, wide);
    for (const char* costly : {"ORDER BY", "SCAN t", "SCAN r", "SCAN d;"}) {
      EXPECT_THAT(plan, Not(HasSubstr(costly)));
    }
  }
}

// A reader of the index that had not read to its end would keep SQLite's log from being taken over.
TEST_P(SearchFileTest, WritersLeaveNoTransactionOpen) {
  PutTask(1, "楼道清理");
  PutTask(1, "楼道清理", "B");
  int64_t busy = 0, log = 0, moved = 0;
  Do<bool>([&](Connection& connection) -> absl::StatusOr<bool> {
    connection.sql() << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(busy), soci::into(log),
        soci::into(moved);
    return true;
  });
  EXPECT_EQ(busy, 0);
  EXPECT_EQ(log, 0) << "pages left";
}

INSTANTIATE_TEST_SUITE_P(All, SearchTest, ::testing::Values(Dialect::kSqlite, Dialect::kPostgres),
                         DialectName);

INSTANTIATE_TEST_SUITE_P(Sqlite, SearchFileTest, ::testing::Values(Dialect::kSqlite), DialectName);

INSTANTIATE_TEST_SUITE_P(Sqlite, MergingTest, ::testing::Values(Dialect::kSqlite), DialectName);

}  // namespace
}  // namespace baodao::records
