#include "services/records/store/document_index.h"

#include "baodao/registration/v1/registration.pb.h"

namespace baodao::records {
namespace {

// Reads the one row, if there is one. To its end: SQLite would keep the transaction open.
bool ReadOne(soci::statement& select) {
  const bool found = select.execute(true);
  while (found && select.fetch()) {
  }
  return found;
}

}  // namespace

soci::statement DocumentIndex::Facts(soci::session& sql, const std::string& select) {
  return (sql.prepare << select, soci::use(id_, "id"), soci::into(facts_.title),
          soci::into(facts_.categories), soci::into(facts_.area_code), soci::into(facts_.state));
}

DocumentIndex::DocumentIndex(soci::session& sql)
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
}

void DocumentIndex::Update(const Rows& rows) {
  if (rows.task) UpdateFacts(DocumentKind::kTask, rows.task->task_id, task_);
  if (rows.task_head) UpdateFacts(DocumentKind::kTask, rows.task_head->task_id, task_);
  if (rows.need) UpdateFacts(DocumentKind::kNeed, rows.need->need_id, need_);
  if (rows.unit) UpdateFacts(DocumentKind::kUnit, rows.unit->unit_id, unit_);
  if (rows.person) UpdatePerson(rows.person->person_id);
  if (rows.registration && !IsUnit(rows.registration->subject_id)) {
    UpdatePerson(rows.registration->subject_id);
  }
}

void DocumentIndex::UpdateFacts(DocumentKind kind, const std::string& id, soci::statement& facts) {
  id_ = id;
  if (!ReadOne(facts)) return;
  terms_ = DocumentOf(facts_);
  Write(kind);
}

void DocumentIndex::UpdatePerson(const std::string& id) {
  id_ = id;
  // Registrations may be heard of before the person.
  if (!ReadOne(of_person_)) return;
  person_.places.clear();
  places_.execute();
  while (places_.fetch()) person_.places.push_back(place_);
  terms_ = DocumentOf(person_);
  Write(DocumentKind::kPerson);
}

void DocumentIndex::Write(DocumentKind kind) {
  if (ReadOne(find_)) {
    if (terms_ != old_terms_) update_.execute(true);
    return;
  }
  for (number_ = WantedNumber(kind, id_);; ++number_) {
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
