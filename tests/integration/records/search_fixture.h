// Tasks, needs, units and people to be found.
#pragma once

#include <absl/strings/str_format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ids/ids.h"
#include "services/records/store/search_reads.h"
#include "tests/integration/records/report_town.h"

namespace baodao::records {

class SearchTest : public ReportTown {
 protected:
  // Ids of things made one after the other: the digits of a time, and no more.
  static std::string IdOf(const std::string& prefix, int minute) {
    return absl::StrFormat("%s_01HF%06d0000000000000000", prefix, minute);
  }
  void PutTask(int minute, const std::string& title, const std::string& area = "A",
               int64_t state = dispatch::v1::TASK_STATE_OPEN,
               const std::string& category = "cleaning") {
    PutRow<TaskRow>(&Rows::task, [&](TaskRow& row) {
      row.task_id = IdOf("tsk", minute);
      row.title = title;
      row.area_code = area;
      row.state = state;
      row.category = category;
    });
  }
  static SearchQuery Asking(const std::string& words,
                            const std::optional<Period>& period = std::nullopt) {
    SearchQuery query;
    query.wanted = WantedBy(search::AskedBy(words));
    query.range = RangeOf(DocumentKind::kTask, period);
    return query;
  }
  SearchPage<TaskRow> Find(const SearchQuery& query) {
    return Do<SearchPage<TaskRow>>(
        [&](Connection& connection) { return SearchTasks(connection, query); });
  }
  // The minutes of the tasks that are found.
  std::vector<int> Minutes(const SearchQuery& query) {
    std::vector<int> minutes;
    for (const TaskRow& row : Find(query).rows) {
      minutes.push_back(std::stoi(row.task_id.substr(8, 6)));
    }
    return minutes;
  }
  // That the index of SQLite has the terms of the documents and no others.
  void ExpectWholeIndex() {
    if (GetParam() != Dialect::kSqlite) return;
    Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
      // 1: the content as well.
      connection.sql() << "INSERT INTO document_index (document_index, rank) VALUES "
                          "('integrity-check', 1)";
      return true;
    });
  }
  // Among these areas, of `known` and these.
  static SoughtAreas Among(std::vector<std::string> codes, std::vector<std::string> known = {}) {
    known.insert(known.end(), codes.begin(), codes.end());
    std::ranges::sort(known);
    std::ranges::sort(codes);
    return Seek(known, std::move(codes));
  }
  // Many whose codes have nothing in common that others do not have.
  static std::vector<std::string> Scattered(int many, int from = 0) {
    std::vector<std::string> codes;
    for (int i = 0; i < many; ++i) codes.push_back(absl::StrFormat("X%05d", 2 * i + from));
    return codes;
  }
  std::vector<std::string> UnitsNamed(const std::string& words) {
    SearchQuery query = Asking(words);
    query.range = RangeOf(DocumentKind::kUnit, std::nullopt);
    const auto page = Do<SearchPage<UnitRow>>(
        [&](Connection& connection) { return SearchUnits(connection, query); });
    std::vector<std::string> names;
    for (const UnitRow& row : page.rows) names.push_back(row.name);
    return names;
  }
  SearchPage<PersonFact> People(const std::string& term, const std::vector<std::string>& choice) {
    SearchQuery query;
    query.wanted = {{term}, {choice}};
    query.range = RangeOf(DocumentKind::kPerson, std::nullopt);
    return Do<SearchPage<PersonFact>>(
        [&](Connection& connection) { return SearchPeople(connection, query); });
  }
  void PutPerson(const std::string& person_id, const std::string& terms) {
    PutRow<PersonRow>(&Rows::person, [&](PersonRow& row) {
      row.person_id = person_id;
      row.search_terms = terms;
    });
  }
  void PutRegistration(const std::string& person_id, const std::string& area, int64_t state) {
    PutRow<RegistrationRow>(&Rows::registration, [&](RegistrationRow& row) {
      row.registration_id = "reg_" + person_id + area;
      row.subject_id = person_id;
      row.area_code = area;
      row.state = state;
    });
  }
  static int64_t MadeAt(int minute) {
    return ids::TimeOf(IdOf("tsk", minute))->time_since_epoch().count();
  }
};

}  // namespace baodao::records
