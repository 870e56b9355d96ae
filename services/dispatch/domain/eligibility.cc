#include "services/dispatch/domain/eligibility.h"

#include <algorithm>

#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

template <class List>
bool Contains(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

absl::Status CheckEligible(const v1::Task& task, const registration::v1::Profile& person,
                           const Covers& covers) {
  if (!task.requester_id().empty() && task.requester_id() == person.person_id()) {
    return Refuse(Reason::OWN_REQUEST);
  }
  if (person.area_codes().empty()) return Refuse(Reason::NOT_REGISTERED);
  const std::string& eligible = task.eligible_area_code();
  const bool reported = std::ranges::any_of(person.area_codes(), [&](const std::string& code) {
    return covers(eligible, code) || covers(code, eligible);
  });
  if (!reported) return Refuse(Reason::NOT_ELIGIBLE_AREA, {{"area", eligible}});
  for (const std::string& skill : task.skills()) {
    if (!Contains(person.skills(), skill)) {
      return Refuse(Reason::MISSING_SKILL, {{"skill", skill}});
    }
  }
  const bool fits = task.categories().empty() ||
                    std::ranges::any_of(task.categories(), [&](const std::string& category) {
                      return Contains(person.categories(), category);
                    });
  if (!fits) return Refuse(Reason::MISSING_CATEGORY, {{"category", task.categories(0)}});
  return absl::OkStatus();
}

bool IsAboutProfile(const absl::Status& refusal) {
  return Is(refusal, Reason::NOT_REGISTERED) || Is(refusal, Reason::NOT_ELIGIBLE_AREA) ||
         Is(refusal, Reason::MISSING_SKILL) || Is(refusal, Reason::MISSING_CATEGORY);
}

}  // namespace baodao::dispatch
