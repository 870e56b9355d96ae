// Searches of both databases, against a list that is looked through.
#include <absl/strings/str_join.h>

#include <random>

#include "tests/integration/records/search_fixture.h"

namespace baodao::records {
namespace {

class SearchModelTest : public SearchTest {
 protected:
  struct Known {
    std::vector<std::string> words;
    std::string area;
    int64_t state = dispatch::v1::TASK_STATE_OPEN;
  };

  // In one of the areas; some lie in areas that the tree does not have yet.
  void Draw(int minute, Known* task) {
    task->words.clear();
    for (const char* word : {"aa", "bb", "cc"}) {
      if (Below(2) == 0) task->words.push_back(word);
    }
    task->area = Below(20) == 0
                     ? absl::StrFormat("310110003%03d", 100 + Below(3))
                     : areas_[static_cast<size_t>(Below(static_cast<int>(areas_.size())))];
    Put(minute, *task);
  }
  void Put(int minute, const Known& task) {
    PutTask(minute, absl::StrJoin(task.words, " "), task.area, task.state);
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // Official codes and others; of a district all or nearly all, of the others some or many.
  std::vector<std::string> AreasSought() {
    const std::string beginning = std::vector<std::string>{
        "31", "310110", "310112", "310110003", "X", ""}[static_cast<size_t>(Below(6))];
    const int share = std::vector<int>{2, 50, 95, 100}[static_cast<size_t>(Below(4))];
    std::vector<std::string> codes;
    for (const std::string& area : areas_) {
      if (area.starts_with(beginning) && Below(100) < share) codes.push_back(area);
    }
    return codes;
  }

  static std::vector<std::string> Sorted(std::vector<std::string> codes) {
    std::ranges::sort(codes);
    return codes;
  }

  // From all pages.
  std::vector<int> Found(SearchQuery query) {
    std::vector<int> minutes;
    for (;;) {
      const SearchPage<TaskRow> page = Find(query);
      EXPECT_LE(page.rows.size(), static_cast<size_t>(query.size));
      for (const TaskRow& row : page.rows) minutes.push_back(std::stoi(row.task_id.substr(8, 6)));
      if (!page.more) return minutes;
      EXPECT_LT(page.last, query.range.end);
      query.range.end = page.last;
    }
  }

  std::mt19937 random_{20261129};
  std::vector<std::string> areas_;  // of the tree
};

TEST_P(SearchModelTest, TheSameIsFound) {
  for (const char* district : {"310110", "310112"}) {
    areas_.push_back(district);
    for (int i = 0; i < 5; ++i) {
      areas_.push_back(absl::StrFormat("%s%03d", district, i));
      for (int j = 0; j < 20; ++j) areas_.push_back(absl::StrFormat("%s%03d%03d", district, i, j));
    }
  }
  for (const std::string& code : Scattered(150)) areas_.push_back(code);
  std::vector<Known> tasks(250);
  for (int minute = 0; minute < 250; ++minute) Draw(minute, &tasks[static_cast<size_t>(minute)]);
  // Tasks that changed are found as they are now: mostly the state differs, now and then all.
  for (int change = 0; change < 250; ++change) {
    const int minute = Below(250);
    Known& task = tasks[static_cast<size_t>(minute)];
    task.state =
        std::vector<int64_t>{dispatch::v1::TASK_STATE_OPEN,
                             dispatch::v1::TASK_STATE_CLOSED}[static_cast<size_t>(Below(2))];
    Below(4) == 0 ? Draw(minute, &task) : Put(minute, task);
  }
  for (int round = 0; round < 25; ++round) {
    const std::vector<std::string> words =
        round % 3 == 0 ? std::vector<std::string>{"aa"} : std::vector<std::string>{"bb", "cc"};
    SearchQuery query = Asking(absl::StrJoin(words, " "));
    query.size = 5 + Below(60);
    const std::vector<std::string> codes = AreasSought();
    if (round % 5 != 0) query.areas = Seek(Sorted(areas_), Sorted(codes));
    const bool open_only = round % 2 == 0;
    if (open_only) query.wanted.choices = {{StateMark(dispatch::v1::TASK_STATE_OPEN)}};
    std::vector<int> expected;
    for (int minute = 249; minute >= 0; --minute) {
      const Known& task = tasks[static_cast<size_t>(minute)];
      const auto has = [&](const std::string& word) {
        return std::ranges::find(task.words, word) != task.words.end();
      };
      if (!std::ranges::all_of(words, has)) continue;
      if (open_only && task.state != dispatch::v1::TASK_STATE_OPEN) continue;
      if (!query.areas || std::ranges::find(codes, task.area) != codes.end()) {
        expected.push_back(minute);
      }
    }
    EXPECT_EQ(Found(query), expected) << "round " << round << ", of " << codes.size() << " areas";
  }
  ExpectWholeIndex();
}

INSTANTIATE_TEST_SUITE_P(All, SearchModelTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
