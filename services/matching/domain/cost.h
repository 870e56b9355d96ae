// The cost of putting a person on a task: metres walked, and everything else in their unit. Every
// part can be shown as a reason; the parts always sum to the cost.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "services/matching/domain/model.h"

namespace baodao::matching {

// Integer costs are tenths of a metre.
inline constexpr int32_t kCostPerMetre = 10;

// The order in which reasons are shown.
enum class Part {
  kDistance,
  kSkill,
  kCategory,
  kWilling,
  kAvailability,
  kWorkload,
  kReliability,
  kFamiliarity,
  kCommunity
};
inline constexpr int kParts = 9;

// In metres, unless said otherwise; a bonus is subtracted.
struct Weights {
  double metre = 1;
  // People are taken to be this far away when a place is not known.
  double unknown_distance_m = 1'500;
  // The work is of a kind the person is skilled in.
  double skill_bonus = 200;
  // For each scarce skill the task does not need: keeps specialists free for what only they can do.
  double scarce_skill = 150;
  // A skill is scarce when less than this share of all people has it.
  double scarce_share = 0.05;
  double category_bonus = 50;
  double willing_bonus = 300;
  // The person named kinds of work they would rather do, and this is none of them.
  double unwilling = 150;
  double availability_bonus = 100;
  // Accepted work of the last 7 days, and of the 30 days before today with less weight: linear and
  // squared, per hour, so that each further hour costs more than the one before.
  double hour_7d = 40;
  double hour_7d_squared = 6;
  double hour_30d = 5;
  double hour_30d_squared = 0.3;
  // By the share of accepted work that the person did not come to, in the time that History looks
  // back; two services that nobody saw are counted in, so that one absence is not everything.
  double missed = 1'500;
  // Has served for the same requester before; or else in the same area.
  double same_requester_bonus = 400;
  double same_area_bonus = 100;
  // The second, third … task of one run costs this much more each time.
  double extra_task = 600;
  // At most this much in favour of communities short of helpers, and again for those named as weak.
  double community_bonus = 500;
};

struct Workload {
  Millis last_7d{0};
  Millis last_30d{0};
};

// Accepted work in the 7 and 30 days before the end of today, including what lies ahead today.
Workload WorkloadOf(const Calendar& calendar, Time now);

// Parts of the cost that are the same for all edges of a person or of a task in one run.
struct PersonTerms {
  int32_t workload = 0;     // cost
  int32_t reliability = 0;  // cost
  int32_t scarce_skills = 0;
};
struct TaskTerms {
  // Cost of the community weight; never positive.
  int32_t community = 0;
  // The task's skills that are scarce.
  int32_t scarce_skills = 0;
};

struct Parts {
  std::array<int32_t, kParts> cost{};
  // Metres, or the assumption when not known.
  double distance_m = 0;
  bool distance_known = false;

  int32_t at(Part part) const { return cost[static_cast<size_t>(part)]; }
  int32_t total() const;
};

int32_t WorkloadCost(const Workload& workload, const Weights& weights);
// Never negative: whoever is new (null) is as welcome as whoever always came.
int32_t ReliabilityCost(const History* history, const Weights& weights);
// The convex steps for a person's second, third and fourth task of one run: Problem::extra.
std::vector<int64_t> ExtraTaskCosts(const Weights& weights);
// `helpers` people could serve `slots` free slots there; `weak` for communities named so.
int32_t CommunityCost(int64_t slots, int64_t helpers, bool weak, const Weights& weights);

// Only for pairs that no hard rule forbids.
Parts PartsOf(const Person& person, const PersonTerms& person_terms, const OpenTask& task,
              const TaskTerms& task_terms, const Weights& weights);

}  // namespace baodao::matching
