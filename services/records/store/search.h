// How documents are searched. The index of SQLite can be read in the order of numbers, that of
// PostgreSQL cannot; both look at a bounded number of documents for a page, so that no question
// takes longer than others.
#pragma once

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "services/records/domain/document.h"
#include "services/records/store/connection.h"
#include "services/records/store/query.h"
#include "services/records/store/search_areas.h"
#include "services/records/store/search_reads.h"
#include "services/records/store/tables.h"

namespace baodao::records {

// One page of a search, within a transaction.
template <class Row>
class Search {
 public:
  Search(Connection& connection, const SearchQuery& query, const Table<Row>& table)
      : connection_(connection), query_(query), table_(table), wanted_(query.wanted) {
    if (!query.areas) return;
    areas_.emplace(connection, table.name, *query.areas, query.states);
    if (!areas_->by_rows()) wanted_.choices.push_back(areas_->marks());
  }

  SearchPage<Row> Page() {
    if (connection_.dialect() == Dialect::kSqlite) {
      InSqlite();
    } else {
      InPostgres();
    }
    return std::move(page_);
  }

 private:
  // The settings that PostgreSQL reads the two indexes with.
  static constexpr char kNumbers[] = "enable_indexscan", kWords[] = "enable_bitmapscan";
  // Documents of which the rows are looked at for their area, in one page.
  static constexpr int64_t kMaxRows = 40'000;
  // PostgreSQL: as many of the newest documents are looked at before the index is asked, and of
  // those that it finds, and as many further ones where it finds more; fewer where each has its row
  // looked at as well.
  static constexpr int64_t kNewest = 5'000;
  int64_t MostFound() const { return ByRows() ? 10'000 : 40'000; }
  int64_t MostFurther() const { return ByRows() ? 10'000 : 50'000; }
  bool ByRows() const { return areas_ && areas_->by_rows(); }

  // SQLite reads the index from the newest on and stops when the page is full.
  void InSqlite() {
    const auto match = [&](Query& select, int64_t from) {
      select.Add("document_index MATCH ?", Fts5Query(wanted_));
      select.Add(" AND document_index.rowid >= ?", from);
      select.Add(" AND document_index.rowid < ?", query_.range.end);
    };
    std::optional<int64_t> floor;
    if (ByRows()) {
      Query last(connection_.sql());
      last.Add("SELECT document_index.rowid FROM document_index WHERE ");
      match(last, query_.range.start);
      last.Add(" ORDER BY document_index.rowid DESC LIMIT 1 OFFSET ?", kMaxRows - 1);
      floor = NumberOf(last);
    }
    Query select(connection_.sql());
    SelectRows(select, "document_index.rowid");
    select.Add(" FROM document_index JOIN documents d ON d.number = document_index.rowid");
    JoinRows(select);
    select.Add(" WHERE ");
    match(select, floor.value_or(query_.range.start));
    AddAreas(select);
    select.Add(" ORDER BY document_index.rowid DESC LIMIT ?", Missing());
    Read(select);
    if (floor && !page_.more) LookFurther(*floor);
  }

  // PostgreSQL's index of words has no order. So the newest documents are looked at one by one,
  // which fills a page of common words; if it does not, what the index finds among the older ones
  // is put in order, if that is not too much. Which of both is quicker the planner guesses wrongly
  // where words do not come independently.
  void InPostgres() {
    std::optional<int64_t> floor = ReadNewest(query_.range.end, kNewest);
    if (!floor || ReadFound(*floor)) return;
    floor = ReadNewest(*floor, MostFurther());
    if (floor) LookFurther(*floor);
  }
  // Those of the `most` newest below `end`; nothing where the page is full or there are no others,
  // otherwise how far that was.
  std::optional<int64_t> ReadNewest(int64_t end, int64_t most) {
    ReadBy(kNumbers, kWords);
    Query newest(connection_.sql());
    SelectRows(newest, "d.number");
    newest.Add(" FROM (SELECT number, id, words FROM documents WHERE ");
    AddRange(newest, end);
    newest.Add(" ORDER BY number DESC LIMIT ?) d", most);
    JoinRows(newest);
    newest.Add(" WHERE d.words @@ CAST(? AS TSQUERY)", TsQuery(wanted_));
    AddAreas(newest);
    newest.Add(" ORDER BY d.number DESC LIMIT ?", Missing());
    Read(newest);
    if (page_.more) return std::nullopt;
    Query last(connection_.sql());
    last.Add("SELECT number FROM documents WHERE ");
    AddRange(last, end);
    last.Add(" ORDER BY number DESC LIMIT 1 OFFSET ?", most - 1);
    return NumberOf(last);
  }
  // Those of all below `end`, by the index; false where it finds too many.
  bool ReadFound(int64_t end) {
    ReadBy(kWords, kNumbers);
    int64_t found = 0;
    std::string numbers;
    Query index(connection_.sql());
    index.Into(found, numbers);
    index.Add("WITH found AS MATERIALIZED (SELECT number FROM documents WHERE ");
    index.Add("words @@ CAST(? AS TSQUERY) AND ", TsQuery(wanted_));
    AddRange(index, end);
    index.Add(" LIMIT ?) SELECT COUNT(*), ", MostFound());
    index.Add("(SELECT COALESCE(string_agg(CAST(number AS TEXT), ','), '') FROM ");
    index.Add("(SELECT number FROM found ORDER BY number DESC LIMIT ?) n) FROM found",
              ByRows() ? MostFound() : Missing());
    index.Run();
    index.Next();
    if (found == MostFound()) return false;
    ReadBy(kNumbers, kWords);
    Query select(connection_.sql());
    SelectRows(select, "d.number");
    select.Add(" FROM unnest(CAST(string_to_array(?, ',') AS BIGINT[])) AS n (number)", numbers);
    select.Add(" JOIN documents d ON d.number = n.number");
    JoinRows(select);
    select.Add(" WHERE TRUE");
    AddAreas(select);
    select.Add(" ORDER BY d.number DESC LIMIT ?", Missing());
    Read(select);
    return true;
  }
  // How the statements that follow in this transaction read documents.
  void ReadBy(const std::string& used, const std::string& unused) {
    connection_.sql() << "SELECT set_config(name, value, true) FROM (VALUES ('" << used
                      << "', 'on'), ('" << unused
                      << "', 'off'), ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), "
                         "('enable_mergejoin', 'off')) AS settings (name, value)";
  }

  void SelectRows(Query& select, const std::string& number) {
    select.Into(number_);
    select.Add("SELECT " + number);
    for (const Column<Row>& column : table_.columns) {
      select.Add(absl::StrCat(", t.", column.name));
      std::visit([&](auto member) { select.Into(row_.*member); }, column.member);
    }
  }
  void JoinRows(Query& select) const {
    select.Add(absl::StrCat(" JOIN ", table_.name, " t ON t.", table_.key[0], " = d.id"));
  }
  void AddRange(Query& select, int64_t end) const {
    select.Add("number >= ?", query_.range.start).Add(" AND number < ?", end);
  }
  void AddAreas(Query& select) const {
    if (areas_) areas_->AddTo(select);
  }
  // One more than is shown tells whether there is a next page.
  int64_t Missing() const { return query_.size + 1 - static_cast<int64_t>(page_.rows.size()); }
  static std::optional<int64_t> NumberOf(Query& select) {
    int64_t number = 0;
    select.Into(number);
    select.Run();
    if (!select.Next()) return std::nullopt;
    return number;
  }
  void Read(Query& select) {
    select.Run();
    while (select.Next()) {
      page_.more = page_.rows.size() == static_cast<size_t>(query_.size);
      if (page_.more) break;
      page_.rows.push_back(row_);
      page_.last = number_;
    }
  }
  // In the next page.
  void LookFurther(int64_t floor) {
    page_.more = true;
    page_.last = floor;
  }

  Connection& connection_;
  const SearchQuery& query_;
  const Table<Row>& table_;
  Wanted wanted_;
  std::optional<AreaFilter> areas_;
  SearchPage<Row> page_;
  Row row_;
  int64_t number_ = 0;
};

}  // namespace baodao::records
