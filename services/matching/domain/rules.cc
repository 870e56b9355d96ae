#include "services/matching/domain/rules.h"

#include <algorithm>
#include <array>

namespace baodao::matching {
namespace {

using dispatch::v1::AssignmentState;

constexpr std::array<std::string_view, kRules> kReasonNames = {
#define RULE(name, reason, own, zh, en) #reason,
#include "services/matching/domain/rules.def"
#undef RULE
};

// The rule that keeps a person with an assignment in this state from being asked (again). RELEASED
// people were sent away through no fault of theirs and may come back.
std::optional<Rule> RuleOf(AssignmentState state) {
  switch (state) {
    case dispatch::v1::ASSIGNMENT_STATE_OFFERED:
    case dispatch::v1::ASSIGNMENT_STATE_ACCEPTED:
    case dispatch::v1::ASSIGNMENT_STATE_WAITLISTED:
    case dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN:
    case dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT:
    case dispatch::v1::ASSIGNMENT_STATE_CREDITED:
      return Rule::kAssigned;
    case dispatch::v1::ASSIGNMENT_STATE_DECLINED:
    case dispatch::v1::ASSIGNMENT_STATE_LAPSED:
    case dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN:
    case dispatch::v1::ASSIGNMENT_STATE_NO_SHOW:
      return Rule::kDeclined;
    default:
      return std::nullopt;
  }
}

std::optional<Rule> StandingRule(PersonSlot slot, const OpenTask& task) {
  const auto it = task.people.find(slot);
  if (it == task.people.end()) return std::nullopt;
  return RuleOf(it->second.state);
}

bool HoldsAll(const Person& person, const OpenTask& task) {
  return std::ranges::all_of(task.credentials, [&](TagId kind) {
    return std::ranges::any_of(person.credentials, [&](const HeldCredential& held) {
      return held.kind == kind && task.window.end <= held.expires;
    });
  });
}

bool KeptApart(PersonSlot slot, const OpenTask& task) {
  if (task.apart == nullptr) return false;
  const auto names = [&](const std::vector<PersonSlot>& slots) {
    return std::ranges::find(slots, slot) != slots.end();
  };
  return names(task.apart->blocks) || names(task.apart->blocked_by);
}

bool TooFar(const Person& person, const OpenTask& task, double max_m) {
  const std::optional<double> distance = DistanceM(person, task);
  return distance && *distance > max_m;
}

std::optional<Rule> CalendarRule(const Person& person, const OpenTask& task,
                                 const work::Limits& limits) {
  switch (person.calendar.Check(task.window, limits)) {
    case Fit::kFits:
      return std::nullopt;
    case Fit::kOverlap:
      return Rule::kOverlap;
    case Fit::kDailyHours:
      return Rule::kDailyHours;
    case Fit::kRest:
      return Rule::kRest;
  }
  return std::nullopt;
}

bool IsFree(const Person& person, const Window& window) {
  return person.hours.Cover(window) &&
         std::ranges::none_of(person.absences,
                              [&](const Window& away) { return away.Overlaps(window); });
}

// Calls `broken` with every broken rule in order until it answers false.
template <class Broken>
void Visit(const Person& person, PersonSlot slot, const OpenTask& task, const Policy& policy,
           bool admitted, Broken broken) {
  if (!admitted && !task.eligible.Admits(person.areas) && !broken(Rule::kArea)) return;
  if (!ContainsAll(person.skills, task.skills) && !broken(Rule::kSkill)) return;
  if (!HoldsAll(person, task) && !broken(Rule::kCredential)) return;
  if (!ContainsAny(person.categories, task.categories) && !broken(Rule::kCategory)) return;
  if (slot == task.requester && !broken(Rule::kOwnRequest)) return;
  if (const auto rule = StandingRule(slot, task); rule && !broken(*rule)) return;
  if (TooFar(person, task, ReachM(person, policy)) && !broken(Rule::kTooFar)) return;
  if (KeptApart(slot, task) && !broken(Rule::kKeptApart)) return;
  if (!IsFree(person, task.window) && !broken(Rule::kAvailability)) return;
  if (const auto rule = CalendarRule(person, task, policy.limits)) broken(*rule);
}

}  // namespace

std::string_view ReasonName(Rule rule) { return kReasonNames[static_cast<size_t>(rule)]; }

std::optional<Rule> FirstBroken(const Person& person, PersonSlot slot, const OpenTask& task,
                                const Policy& policy, bool admitted) {
  std::optional<Rule> first;
  Visit(person, slot, task, policy, admitted, [&](Rule rule) {
    first = rule;
    return false;
  });
  return first;
}

RuleSet AllBroken(const Person& person, PersonSlot slot, const OpenTask& task,
                  const Policy& policy) {
  RuleSet all;
  Visit(person, slot, task, policy, false, [&](Rule rule) {
    all.Add(rule);
    return true;
  });
  return all;
}

double ReachM(const Person& person, const Policy& policy) {
  return person.home && person.radius_m > 0 ? person.radius_m : policy.max_distance_m;
}

std::optional<double> DistanceM(const Person& person, const OpenTask& task) {
  if (!person.place || !task.place) return std::nullopt;
  return areas::DistanceMetres(*person.place, *task.place);
}

}  // namespace baodao::matching
