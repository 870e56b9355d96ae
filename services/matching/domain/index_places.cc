// The part of the index that knows where people and tasks are and what there is how much of.
#include <algorithm>

#include "services/matching/domain/index.h"

namespace baodao::matching {

const Person* CandidateIndex::FindPerson(std::string_view id) const {
  const PersonSlot slot = SlotOf(id);
  return slot < 0 ? nullptr : &people_[slot];
}

const OpenTask* CandidateIndex::FindTask(std::string_view id) const {
  const auto it = tasks_.find(id);
  return it == tasks_.end() ? nullptr : it->second.get();
}

PersonSlot CandidateIndex::SlotOf(std::string_view person_id) const {
  const auto it = slots_.find(person_id);
  return it == slots_.end() ? -1 : it->second;
}

PersonSlot CandidateIndex::Intern(std::string_view person_id) {
  if (const PersonSlot known = SlotOf(person_id); known >= 0) return known;
  const auto slot = static_cast<PersonSlot>(people_.size());
  people_.emplace_back().id = person_id;
  slots_.emplace(people_.back().id, slot);
  return slot;
}

int32_t CandidateIndex::HoldersOf(TagId skill) const {
  return skill < holders_.size() ? holders_[skill] : 0;
}

int64_t CandidateIndex::RegistrationsIn(const AreaScope& scope) const {
  int64_t sum = 0;
  for (int32_t area = scope.begin; area < scope.end; ++area) sum += registrations_[area];
  for (const int32_t area : scope.above) sum += registrations_[area];
  return sum;
}

AreaScope CandidateIndex::ScopeOf(std::string_view code) const {
  AreaScope scope;
  const int begin = tree_->IndexOf(code);
  if (begin < 0) return scope;
  scope.begin = begin;
  scope.end = begin + static_cast<int32_t>(tree_->Subtree(code).size());
  for (const areas::Area* area : tree_->Ancestors(code)) {
    scope.above.push_back(tree_->IndexOf(area->code()));
  }
  return scope;
}

int CandidateIndex::PositionOf(std::string_view code) const {
  const areas::Area* const area = tree_->CurrentOf(code);
  return area == nullptr ? -1 : tree_->IndexOf(area->code());
}

const areas::Area* CandidateIndex::DistrictOf(std::string_view code) const {
  const areas::Area* area = tree_->CurrentOf(code);
  if (area == nullptr || area->level() == registration::v1::AREA_LEVEL_DISTRICT) return area;
  for (const areas::Area* above : tree_->Ancestors(area->code())) {
    if (above->level() == registration::v1::AREA_LEVEL_DISTRICT) return above;
  }
  return nullptr;
}

AreaScope CandidateIndex::SurroundingsOf(std::string_view code) const {
  const areas::Area* area = DistrictOf(code);
  if (area == nullptr) area = tree_->CurrentOf(code);
  return area == nullptr ? AreaScope() : ScopeOf(area->code());
}

void CandidateIndex::CountSkills(const Person& person, int32_t by) {
  if (holders_.size() < tags_.size()) holders_.resize(tags_.size());
  for (const TagId skill : person.skills) holders_[skill] += by;
}

void CandidateIndex::Place(Person* person) {
  for (const int32_t area : person->areas) --registrations_[area];
  person->areas.clear();
  person->place = person->home;
  for (const std::string& code : person->area_codes) {
    const int at = PositionOf(code);
    if (at < 0) continue;
    person->areas.push_back(at);
    if (!person->place) person->place = PlaceOf(tree_->All()[at].center());
  }
  std::sort(person->areas.begin(), person->areas.end());
  person->areas.erase(std::unique(person->areas.begin(), person->areas.end()), person->areas.end());
  for (const int32_t area : person->areas) ++registrations_[area];
}

void CandidateIndex::Place(OpenTask* task) const {
  const std::string& code = task->task.eligible_area_code().empty()
                                ? task->task.area_code()
                                : task->task.eligible_area_code();
  const areas::Area* const area = tree_->CurrentOf(task->task.area_code());
  task->eligible =
      ScopeOf(area != nullptr && !tree_->Covers(code, area->code()) ? area->code() : code);
  if (!task->place && area != nullptr) task->place = PlaceOf(area->center());
}

}  // namespace baodao::matching
