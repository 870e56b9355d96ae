#include "services/records/store/document_index.h"

#include <set>
#include <string_view>
#include <tuple>

#include "baodao/registration/v1/registration.pb.h"
#include "services/records/store/query.h"

namespace baodao::records {
namespace {

using Document = std::tuple<int64_t, DocumentKind, std::string_view>;

// In the order of their numbers: FTS5 writes a part of its index for every step back.
std::set<Document> ChangedBy(const NewestRows& rows) {
  std::set<Document> changed;
  const auto add = [&](DocumentKind kind, std::string_view id) {
    changed.emplace(WantedNumber(kind, id), kind, id);
  };
  for (const auto& [id, row] : rows.task_heads) add(DocumentKind::kTask, id);
  for (const auto& [id, row] : rows.needs) add(DocumentKind::kNeed, id);
  for (const auto& [id, row] : rows.units) add(DocumentKind::kUnit, id);
  for (const auto& [id, row] : rows.people) add(DocumentKind::kPerson, id);
  for (const auto& [id, row] : rows.registrations) {
    if (!IsUnit(row->subject_id)) add(DocumentKind::kPerson, row->subject_id);
  }
  return changed;
}

}  // namespace

Postings::Postings(soci::session& sql)
    : remove_((sql.prepare << "INSERT INTO document_index (document_index, rowid, terms) VALUES "
                              "('delete', :number, :terms)",
               soci::use(number_, "number"), soci::use(changes_.gone, "terms"))),
      add_((sql.prepare << "INSERT INTO document_index (rowid, terms) VALUES (:number, :terms)",
            soci::use(number_, "number"), soci::use(changes_.come, "terms"))) {}

void Postings::Change(int64_t number, const std::string& before, const std::string& after) {
  number_ = number;
  changes_ = ChangesOf(before, after);
  if (!changes_.gone.empty()) remove_.execute(true);
  if (!changes_.come.empty()) add_.execute(true);
}

soci::statement DocumentIndex::Facts(soci::session& sql, const std::string& select) {
  return (sql.prepare << select, soci::use(id_, "id"), soci::into(facts_.title),
          soci::into(facts_.categories), soci::into(facts_.area_code), soci::into(facts_.state));
}

DocumentIndex::DocumentIndex(soci::session& sql, Dialect dialect)
    : task_(Facts(sql, "SELECT title, category, area_code, state FROM tasks WHERE task_id = :id")),
      need_(Facts(sql, "SELECT title, category, area_code, state FROM needs WHERE need_id = :id")),
      unit_(Facts(sql, "SELECT name, categories, area_code, kind FROM units WHERE unit_id = :id")),
      of_person_(
          (sql.prepare << "SELECT search_terms, categories FROM people WHERE person_id = :id",
           soci::use(id_, "id"), soci::into(person_.search_terms), soci::into(person_.categories))),
      places_(
          (sql.prepare << "SELECT area_code, state FROM registrations WHERE subject_id = :id AND "
                          "state IN (1, 2, 3) ORDER BY area_code, state",
           soci::use(id_, "id"), soci::into(place_.area_code), soci::into(place_.state))),
      find_((sql.prepare << "SELECT number, terms FROM documents WHERE id = :id",
             soci::use(id_, "id"), soci::into(number_), soci::into(old_terms_))),
      insert_((sql.prepare << "INSERT INTO documents (number, id, terms) VALUES (:number, :id, "
                              ":terms) ON CONFLICT (number) DO NOTHING",
               soci::use(number_, "number"), soci::use(id_, "id"), soci::use(terms_, "terms"))),
      update_((sql.prepare << "UPDATE documents SET terms = :terms WHERE number = :number",
               soci::use(terms_, "terms"), soci::use(number_, "number"))) {
  static_assert(registration::v1::REGISTRATION_STATE_PENDING == 1 &&
                registration::v1::REGISTRATION_STATE_ACTIVE == 2 &&
                registration::v1::REGISTRATION_STATE_SUSPENDED == 3);
  if (dialect == Dialect::kSqlite) postings_.emplace(sql);
}

void DocumentIndex::Update(const NewestRows& rows) {
  for (const auto& [number, kind, id] : ChangedBy(rows)) {
    id_ = id;
    if (MakeTerms(kind)) Write(number);
  }
}

bool DocumentIndex::MakeTerms(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::kTask:
      return MakeTerms(task_);
    case DocumentKind::kNeed:
      return MakeTerms(need_);
    case DocumentKind::kUnit:
      return MakeTerms(unit_);
    case DocumentKind::kPerson:
      return MakeTermsOfPerson();
  }
  return false;
}

bool DocumentIndex::MakeTerms(soci::statement& facts) {
  if (!ReadOne(facts)) return false;
  terms_ = DocumentOf(facts_);
  return true;
}

bool DocumentIndex::MakeTermsOfPerson() {
  // Registrations may be heard of before the person.
  if (!ReadOne(of_person_)) return false;
  person_.places.clear();
  places_.execute();
  while (places_.fetch()) person_.places.push_back(place_);
  terms_ = DocumentOf(person_);
  return true;
}

void DocumentIndex::Write(int64_t wanted_number) {
  if (ReadOne(find_)) {
    if (terms_ == old_terms_) return;
    update_.execute(true);
    if (postings_) postings_->Change(number_, old_terms_, terms_);
    return;
  }
  for (number_ = wanted_number;; ++number_) {
    insert_.execute(true);
    if (insert_.get_affected_rows() == 1) return;
  }
}

absl::StatusOr<bool> MergeIndex(Connection& connection, bool all) {
  const int pages = all ? -64 : 64;
  int64_t before = 0, after = 0;
  connection.sql() << "SELECT total_changes()", soci::into(before);
  connection.sql() << "INSERT INTO document_index (document_index, rank) VALUES ('merge', :pages)",
      soci::use(pages, "pages");
  connection.sql() << "SELECT total_changes()", soci::into(after);
  // As FTS5 tells it: the statement itself is one.
  return after - before > 1;
}

}  // namespace baodao::records
