// How much a search looks at, in both databases.
#include "tests/integration/records/search_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;

// Many documents, newer than any that a test puts in, without rows: two words that never meet, and
// one that only the older half of them has.
class ManyDocumentsTest : public SearchTest {
 protected:
  static constexpr int64_t kMany = 120'000;

  void Fill() {
    const bool sqlite = GetParam() == Dialect::kSqlite;
    const int64_t first = WantedNumber(DocumentKind::kTask, IdOf("tsk", 9'999));
    const std::string i_to_many =
        sqlite ? "(WITH RECURSIVE up (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < " +
                     std::to_string(kMany) + ") SELECT i FROM up)"
               : "generate_series(1, " + std::to_string(kMany) + ") AS up (i)";
    Do<bool>([&](Connection& connection) -> absl::StatusOr<bool> {
      connection.sql() << "INSERT INTO documents (number, id, terms) SELECT " << first
                       << " + i, 'd' || i, CASE WHEN i % 2 = 0 THEN 'aa' ELSE 'bb' END || "
                          "CASE WHEN i <= "
                       << kMany / 2 << " THEN ' old' ELSE ' new' END FROM " << i_to_many;
      if (!sqlite) connection.sql() << "ANALYZE documents";
      return true;
    });
  }
  static SearchQuery Having(const std::vector<std::string>& terms) {
    SearchQuery query = Asking("aa");
    query.wanted = {terms, {}};
    return query;
  }
  // Pages until the end.
  std::vector<int> PagesOf(SearchQuery query) {
    std::vector<int> sizes;
    for (;;) {
      const SearchPage<TaskRow> page = Find(query);
      sizes.push_back(static_cast<int>(page.rows.size()));
      if (!page.more) return sizes;
      EXPECT_LT(page.last, query.range.end);
      query.range.end = page.last;
    }
  }
};

TEST_P(ManyDocumentsTest, ASearchLooksAtSoManyAtATime) {
  PutTask(1, "aa 楼道", "X00002");
  PutTask(2, "bb", "X00001");
  Fill();
  EXPECT_THAT(PagesOf(Having({"aa", "bb"})), ElementsAre(0)) << "they never meet";
  EXPECT_THAT(PagesOf(Having({"楼道"})), ElementsAre(1));
  EXPECT_THAT(PagesOf(Having({"aa", "楼道"})), ElementsAre(1));
  // More have it than are put in order: PostgreSQL reads on from the newest.
  const std::vector<int> pages = PagesOf(Having({"old"}));
  EXPECT_EQ(pages.size(), GetParam() == Dialect::kSqlite ? 1u : 3u);
  // Areas that rows are looked at for.
  const std::vector<std::string> codes = Scattered(250);
  for (int i = 0; i < 250; ++i) PutTask(10 + i, "陪同", codes[static_cast<size_t>(i)]);
  SearchQuery wide = Having({"aa"});
  wide.areas = Among(codes, Scattered(250, 1));
  const std::vector<int> wide_pages = PagesOf(wide);
  EXPECT_GT(wide_pages.size(), 1u);
  EXPECT_LT(wide_pages.size(), 15u);
  EXPECT_EQ(wide_pages.back(), 1);
  wide.wanted.terms = {"aa", "楼道"};
  EXPECT_THAT(PagesOf(wide), ElementsAre(1)) << "rare words are found at once";
}

// PostgreSQL alone.
class ManyDocumentsOfPostgresTest : public ManyDocumentsTest {};

// However its planner takes words that never meet, or all meet.
TEST_P(ManyDocumentsOfPostgresTest, FewDocumentsAreRead) {
  Fill();
  const auto read = [this](const SearchQuery& query) {
    return Do<int64_t>([&](Connection& connection) -> absl::StatusOr<int64_t> {
      const auto so_far = [&] {
        int64_t rows = 0;
        connection.sql() << "SELECT pg_stat_force_next_flush()";
        connection.sql() << "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE "
                            "relname = 'documents'",
            soci::into(rows);
        return rows;
      };
      const int64_t before = so_far();
      if (const auto page = SearchTasks(connection, query); !page.ok()) return page.status();
      return so_far() - before;
    });
  };
  EXPECT_LE(read(Having({"aa", "bb"})), 10'100) << "the newest, twice";
  EXPECT_LE(read(Having({"nothing"})), 10'100);
  EXPECT_LE(read(Having({"old"})), 150'100) << "and as many as may be put in order, and more";
  SearchQuery early = Having({"aa", "bb"});
  early.range.end = WantedNumber(DocumentKind::kTask, IdOf("tsk", 9'999)) + 1'000;
  EXPECT_LE(read(early), 2'100);
}

INSTANTIATE_TEST_SUITE_P(All, ManyDocumentsTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

INSTANTIATE_TEST_SUITE_P(Postgres, ManyDocumentsOfPostgresTest,
                         ::testing::Values(Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
