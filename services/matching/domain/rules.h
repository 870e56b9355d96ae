// The hard rules: who may take a task at all. Those that dispatch applies at claim time are the
// same here, so that nobody is offered what they would be refused; the others are matching's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "services/matching/domain/model.h"

namespace baodao::matching {

// In the order they are tried: the cheap ones first.
enum class Rule {
#define RULE(name, reason, own, zh, en) name,
#include "services/matching/domain/rules.def"
#undef RULE
};
inline constexpr int kRules = 0
#define RULE(name, reason, own, zh, en) +1
#include "services/matching/domain/rules.def"
#undef RULE
    ;

// The reason a claim would be refused with, e.g. "MISSING_SKILL".
std::string_view ReasonName(Rule rule);

class RuleSet {
 public:
  void Add(Rule rule) { bits_ |= Bit(rule); }
  bool Has(Rule rule) const { return bits_ & Bit(rule); }
  bool Only(Rule rule) const { return bits_ == Bit(rule); }
  bool empty() const { return bits_ == 0; }

 private:
  static uint32_t Bit(Rule rule) { return 1u << static_cast<int>(rule); }
  uint32_t bits_ = 0;
};

struct Policy {
  work::Limits limits;
  // Nobody is asked to come from farther than this, unless they have said themselves how far they
  // will go.
  double max_distance_m = 5'000;
};

// The first rule that keeps the person from the task; empty when they may take it. `admitted`: the
// rule of the area has been applied already.
std::optional<Rule> FirstBroken(const Person& person, PersonSlot slot, const OpenTask& task,
                                const Policy& policy, bool admitted = false);
// Every rule that does.
RuleSet AllBroken(const Person& person, PersonSlot slot, const OpenTask& task,
                  const Policy& policy);
// How far the person is asked to come, in metres: as they have said, where their home is known.
double ReachM(const Person& person, const Policy& policy);
// Metres between them; empty where a place is not known.
std::optional<double> DistanceM(const Person& person, const OpenTask& task);

}  // namespace baodao::matching
