#include "services/dispatch/domain/eligibility.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

template <class List>
bool Contains(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Holds(const registration::v1::Profile& person, const std::string& kind, Time until) {
  return std::ranges::any_of(person.credentials(), [&](const auto& credential) {
    return credential.kind() == kind && until <= ToTime(credential.expire_time());
  });
}

bool KeptApart(const std::string& requester, const registration::v1::Profile& person,
               const Blocks& blocks) {
  return Contains(person.blocked_person_ids(), requester) || blocks(requester, person.person_id());
}

// Whether someone registered in `reported` belongs to `area`.
bool Belongs(const std::string& reported, const std::string& area, const Relations& relations) {
  return relations.covers(area, reported) || relations.covers(reported, area) ||
         relations.covers(relations.current(reported), area);
}

}  // namespace

absl::Status CheckAreas(const v1::Task& task,
                        const google::protobuf::RepeatedPtrField<std::string>& area_codes,
                        const Relations& relations) {
  const std::string& eligible = task.eligible_area_code();
  if (area_codes.empty()) return Refuse(Reason::NOT_REGISTERED, {{"area", eligible}});
  const std::string current = relations.current(task.area_code());
  const bool reported = std::ranges::any_of(area_codes, [&](const std::string& code) {
    return Belongs(code, eligible, relations) ||
           (current != task.area_code() && Belongs(code, current, relations));
  });
  if (reported) return absl::OkStatus();
  return Refuse(Reason::NOT_ELIGIBLE_AREA, {{"area", eligible}});
}

std::vector<absl::Status> UnmetConditions(const v1::Task& task,
                                          const registration::v1::Profile& person,
                                          const Relations& relations) {
  std::vector<absl::Status> unmet;
  const std::string& requester = task.requester_id();
  if (!requester.empty() && requester == person.person_id()) {
    unmet.push_back(Refuse(Reason::OWN_REQUEST));
  }
  if (absl::Status area = CheckAreas(task, person.area_codes(), relations); !area.ok()) {
    unmet.push_back(std::move(area));
  }
  for (const std::string& skill : task.skills()) {
    if (!Contains(person.skills(), skill)) {
      unmet.push_back(Refuse(Reason::MISSING_SKILL, {{"skill", skill}}));
    }
  }
  const Time end = ToTime(task.window().end());
  for (const std::string& kind : task.credentials()) {
    if (!Holds(person, kind, end)) {
      unmet.push_back(Refuse(Reason::MISSING_CREDENTIAL, {{"credential", kind}}));
    }
  }
  const bool fits = task.categories().empty() ||
                    std::ranges::any_of(task.categories(), [&](const std::string& category) {
                      return Contains(person.categories(), category);
                    });
  if (!fits) {
    unmet.push_back(Refuse(Reason::MISSING_CATEGORY, {{"category", task.categories(0)}}));
  }
  if (unmet.empty() && !requester.empty() && KeptApart(requester, person, relations.blocks)) {
    unmet.push_back(Refuse(Reason::KEPT_APART));
  }
  return unmet;
}

absl::Status CheckEligible(const v1::Task& task, const registration::v1::Profile& person,
                           const Relations& relations) {
  std::vector<absl::Status> unmet = UnmetConditions(task, person, relations);
  return unmet.empty() ? absl::OkStatus() : std::move(unmet.front());
}

bool IsAboutProfile(const absl::Status& refusal) {
  return Is(refusal, Reason::KEPT_APART) || Is(refusal, Reason::NOT_REGISTERED) ||
         Is(refusal, Reason::NOT_ELIGIBLE_AREA) || Is(refusal, Reason::MISSING_SKILL) ||
         Is(refusal, Reason::MISSING_CREDENTIAL) || Is(refusal, Reason::MISSING_CATEGORY);
}

}  // namespace baodao::dispatch
