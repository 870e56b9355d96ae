#include "services/matching/domain/cost.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "services/matching/domain/rules.h"

namespace baodao::matching {
namespace {

constexpr std::chrono::days kWeek{7};
constexpr std::chrono::days kMonth{30};

int32_t Fixed(double metres) { return static_cast<int32_t>(std::lround(metres * kCostPerMetre)); }

double Hours(Millis time) { return std::chrono::duration<double, std::ratio<3600>>(time).count(); }

bool Intersect(const TagSet& set, const TagSet& other) {
  return !other.empty() && ContainsAny(set, other);
}

int32_t SkillCost(const Person& person, const PersonTerms& person_terms, const OpenTask& task,
                  const TaskTerms& task_terms, const Weights& weights) {
  const bool skilled = !task.skills.empty() || Contains(person.skills, task.category);
  const int32_t spare = std::max(0, person_terms.scarce_skills - task_terms.scarce_skills);
  return Fixed(weights.scarce_skill) * spare - (skilled ? Fixed(weights.skill_bonus) : 0);
}

int32_t WillingCost(const Person& person, const OpenTask& task, const Weights& weights) {
  if (person.willing.empty()) return 0;
  const bool willing =
      Contains(person.willing, task.category) || Intersect(person.willing, task.skills);
  return willing ? -Fixed(weights.willing_bonus) : Fixed(weights.unwilling);
}

int32_t FamiliarityCost(const Person& person, const OpenTask& task, const Weights& weights) {
  if (person.history == nullptr) return 0;
  if (person.history->ServedFor(task.requester)) return -Fixed(weights.same_requester_bonus);
  return person.history->ServedIn(task.task.area_code()) ? -Fixed(weights.same_area_bonus) : 0;
}

}  // namespace

int32_t Parts::total() const { return std::accumulate(cost.begin(), cost.end(), 0); }

Workload WorkloadOf(const Calendar& calendar, Time now) {
  if (calendar.empty()) return {};
  const Time end = StartOfLocalDay(LocalDay(now) + 1);
  return {calendar.WorkBetween(end - kWeek, end), calendar.WorkBetween(end - kMonth, end)};
}

int32_t WorkloadCost(const Workload& workload, const Weights& weights) {
  const double week = Hours(workload.last_7d);
  const double month = Hours(workload.last_30d);
  return Fixed(weights.hour_7d * week + weights.hour_7d_squared * week * week +
               weights.hour_30d * month + weights.hour_30d_squared * month * month);
}

int32_t ReliabilityCost(const History* history, const Weights& weights) {
  constexpr int kUnseen = 2;
  if (history == nullptr) return 0;
  const int missed = history->missed();
  return Fixed(weights.missed * missed / (missed + history->served() + kUnseen));
}

std::vector<int64_t> ExtraTaskCosts(const Weights& weights) {
  const int64_t step = Fixed(weights.extra_task);
  return {step, 3 * step, 6 * step};
}

int32_t CommunityCost(int64_t slots, int64_t helpers, bool weak, const Weights& weights) {
  if (slots <= 0) return weak ? -Fixed(weights.community_bonus) : 0;
  const double shortage = std::min(
      1.0, static_cast<double>(slots) / static_cast<double>(std::max<int64_t>(1, helpers)));
  return -Fixed(weights.community_bonus * (shortage + (weak ? 1 : 0)));
}

Parts PartsOf(const Person& person, const PersonTerms& person_terms, const OpenTask& task,
              const TaskTerms& task_terms, const Weights& weights) {
  Parts parts;
  const std::optional<double> distance = DistanceM(person, task);
  parts.distance_known = distance.has_value();
  parts.distance_m = distance.value_or(weights.unknown_distance_m);
  const auto set = [&](Part part, int32_t cost) { parts.cost[static_cast<size_t>(part)] = cost; };
  set(Part::kDistance, Fixed(weights.metre * parts.distance_m));
  set(Part::kSkill, SkillCost(person, person_terms, task, task_terms, weights));
  set(Part::kCategory, task.categories.empty() ? 0 : -Fixed(weights.category_bonus));
  set(Part::kWilling, WillingCost(person, task, weights));
  set(Part::kAvailability, person.hours.unlimited() ? 0 : -Fixed(weights.availability_bonus));
  set(Part::kWorkload, person_terms.workload);
  set(Part::kReliability, person_terms.reliability);
  set(Part::kFamiliarity, FamiliarityCost(person, task, weights));
  set(Part::kCommunity, task_terms.community);
  return parts;
}

}  // namespace baodao::matching
