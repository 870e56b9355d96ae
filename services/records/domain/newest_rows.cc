#include "services/records/domain/newest_rows.h"

#include <optional>

namespace baodao::records {
namespace {

bool IsOlder(const Source& a, const Source& b) {
  return std::pair(a.event_ms, a.event_seq) < std::pair(b.event_ms, b.event_seq);
}

template <class Key, class Row>
void Keep(const Key& key, const Row& row, std::map<Key, const Row*>* newest) {
  const auto [at, is_first] = newest->emplace(key, &row);
  if (!is_first && !IsOlder(row, *at->second)) at->second = &row;
}

}  // namespace

void NewestRows::Add(const Rows& rows) {
  using Id = std::string_view;
  if (rows.task) {
    Keep<Id, TaskHead>(rows.task->task_id, *rows.task, &task_heads);
    Keep<Id>(rows.task->task_id, *rows.task, &tasks);
  }
  if (rows.task_head) Keep<Id>(rows.task_head->task_id, *rows.task_head, &task_heads);
  if (rows.assignment) {
    const AssignmentRow& row = *rows.assignment;
    Keep(std::pair<Id, Id>(row.task_id, row.person_id), row, &assignments);
  }
  if (rows.need) Keep<Id>(rows.need->need_id, *rows.need, &needs);
  if (rows.registration) {
    Keep<Id>(rows.registration->registration_id, *rows.registration, &registrations);
  }
  if (rows.unit) Keep<Id>(rows.unit->unit_id, *rows.unit, &units);
  if (rows.person) Keep<Id>(rows.person->person_id, *rows.person, &people);
  if (rows.staffed) staffed.push_back(&*rows.staffed);
  if (rows.activation) activations.push_back(&*rows.activation);
  if (rows.ledger) ledger.push_back(&*rows.ledger);
  if (!rows.erased_person_id.empty()) erased_person_ids.insert(rows.erased_person_id);
}

}  // namespace baodao::records
