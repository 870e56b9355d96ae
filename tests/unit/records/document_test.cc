// The words that rows are found by.
#include "services/records/domain/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ids/ids.h"

namespace baodao::records {
namespace {

TEST(DocumentTest, NumbersAreByKindAndThenByTime) {
  const std::string older = "tsk_01HF0000000000000000000000";
  const std::string newer = "tsk_01HG0000000000000000000000";
  EXPECT_LT(WantedNumber(DocumentKind::kTask, older), WantedNumber(DocumentKind::kTask, newer));
  EXPECT_LT(WantedNumber(DocumentKind::kTask, newer), WantedNumber(DocumentKind::kNeed, older));
  EXPECT_GT(WantedNumber(DocumentKind::kTask, "of no form"), 0);
  for (const DocumentKind kind :
       {DocumentKind::kTask, DocumentKind::kNeed, DocumentKind::kUnit, DocumentKind::kPerson}) {
    const NumberRange all = RangeOf(kind, std::nullopt);
    for (const std::string& id : {older, newer, std::string("x")}) {
      EXPECT_GE(WantedNumber(kind, id), all.start);
      EXPECT_LT(WantedNumber(kind, id), all.end);
    }
  }
}

TEST(DocumentTest, APeriodIsARangeOfNumbers) {
  const std::string id = ids::New("tsk", 3);
  const int64_t ms = ids::TimeOf(id)->time_since_epoch().count();
  const int64_t number = WantedNumber(DocumentKind::kTask, id);
  const auto within = [&](const Period& period) {
    const NumberRange range = RangeOf(DocumentKind::kTask, period);
    return range.start <= number && number < range.end;
  };
  EXPECT_TRUE(within({ms, ms + 1}));
  EXPECT_FALSE(within({ms + 1, ms + 2}));
  EXPECT_FALSE(within({ms - 1, ms}));
}

TEST(DocumentTest, ItHasWordsBeginningsAndMarks) {
  EXPECT_EQ(DocumentOf({"楼道 AED", "cleaning first_aid", "310110-A", 3}),
            "楼 道 楼道 aed _p_ae _p_aed _a_310110-=a _u_31 _u_3101 _u_310110 _s_3 _c_cleaning "
            "_c_first_aid");
  PersonFacts person;
  person.search_terms = "0123 4567";
  person.categories = "veteran";
  person.places = {{"310110", 2}};
  EXPECT_EQ(DocumentOf(person),
            "_person 0123 4567 _r2_310110 _u2_31 _u2_3101 _u2_310110 _c_veteran");
}

TEST(DocumentTest, ChangesAreTheTermsOfOneOnly) {
  const std::string open = DocumentOf({"楼道 aed", "cleaning", "310110", 3});
  const std::string closed = DocumentOf({"楼道 aed", "cleaning", "310110", 7});
  const auto expect = [](const std::string& before, const std::string& after, const char* gone,
                         const char* come) {
    const TermChanges changes = ChangesOf(before, after);
    EXPECT_EQ(changes.gone, gone);
    EXPECT_EQ(changes.come, come);
  };
  expect(open, closed, "_s_3", "_s_7");
  expect(open, open, "", "");
  expect("b a b c", "c d", "a b", "d");
}

// "A1" and "a1" are two areas; indexes know no capitals.
TEST(DocumentTest, MarksOfDifferentThingsDiffer) {
  EXPECT_NE(AreaMark("A1"), AreaMark("a1"));
  EXPECT_NE(AreaMark("1"), StateMark(1));
  EXPECT_NE(PlaceMark(1, "2"), PlaceMark(2, "1"));
  EXPECT_NE(AreasMark("31"), AreaMark("31"));
  EXPECT_NE(PlacesMark(1, "31"), PlaceMark(1, "31"));
  for (const std::string& mark : {AreaMark("aB_-9"), PlaceMark(1, "Z")}) {
    EXPECT_EQ(mark.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-="), mark.npos) << mark;
  }
}

TEST(DocumentTest, QuestionsAreAskedInBothLanguages) {
  Wanted wanted = WantedBy(search::AskedBy("楼道 ae"));
  wanted.choices = {{"_s_1", "_s_2"}, {"_a_310110"}};
  EXPECT_EQ(
      Fts5Query(wanted),
      "((\"楼道\" AND \"_p_ae\") NOT \"_none\") AND (\"_s_1\" OR \"_s_2\") AND (\"_a_310110\")");
  EXPECT_EQ(TsQuery(wanted), "'楼道' & '_p_ae' & ('_s_1' | '_s_2') & ('_a_310110')");
  wanted.terms.pop_back();
  EXPECT_EQ(Fts5Query(wanted), "\"楼道\" AND (\"_s_1\" OR \"_s_2\") AND (\"_a_310110\")");
  wanted.choices.clear();
  EXPECT_EQ(Fts5Query(wanted), "\"楼道\"");
}

}  // namespace
}  // namespace baodao::records
