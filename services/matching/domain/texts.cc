#include "services/matching/domain/texts.h"

#include <absl/strings/str_replace.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "common/vocabulary/current.h"

namespace baodao::matching {
namespace {

using vocabulary::TagKind;
using vocabulary::v1::TAG_KIND_PERSON;
using vocabulary::v1::TAG_KIND_SKILL;
using vocabulary::v1::TAG_KIND_WORK;

using Pair = std::array<std::string_view, 2>;  // by Locale

enum class Text {
#define TEXT(name, zh, en) name,
#include "services/matching/domain/texts.def"
#undef TEXT
};

constexpr Pair kTexts[] = {
#define TEXT(name, zh, en) {zh, en},
#include "services/matching/domain/texts.def"
#undef TEXT
};

constexpr Pair kRuleTexts[] = {
#define RULE(name, reason, own, zh, en) {zh, en},
#include "services/matching/domain/rules.def"
#undef RULE
};

// The values of {n}, {m} and {what} in a text.
using Values = std::vector<std::pair<absl::string_view, std::string>>;

std::string Fill(const Pair& text, Locale locale, const Values& values) {
  const std::string_view chosen = text[static_cast<size_t>(locale)];
  return absl::StrReplaceAll({chosen.data(), chosen.size()}, values);
}

std::string Fill(Text text, Locale locale, const Values& values = {}) {
  return Fill(kTexts[static_cast<size_t>(text)], locale, values);
}

std::string Names(TagKind kind, const TagTable& tags, const TagSet& set, Locale locale) {
  std::string names;
  for (const TagId tag : set) {
    if (!names.empty()) names += locale == Locale::kZh ? "、" : ", ";
    names += vocabulary::Current().NameOf(kind, tags.Name(tag), locale);
  }
  return names;
}

std::string Tenths(Millis time) {
  const int64_t tenths = std::lround(std::chrono::duration<double, std::deci>(time).count() / 3600);
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text;
}

// The tags that a rule about people's tags asks for.
const TagSet& AskedBy(Rule rule, const OpenTask& task) {
  if (rule == Rule::kSkill) return task.skills;
  return rule == Rule::kCredential ? task.credentials : task.categories;
}

TagKind KindAskedBy(Rule rule) {
  if (rule == Rule::kSkill) return TAG_KIND_SKILL;
  return rule == Rule::kCredential ? vocabulary::v1::TAG_KIND_CREDENTIAL : TAG_KIND_PERSON;
}

// The facts that a reason's text is made from.
struct Scene {
  const CandidateIndex& index;
  const Terms& terms;
  const Ranked& ranked;
  Locale locale;
};

TagSet SpareSkills(const Scene& scene) {
  TagSet spare;
  for (const TagId skill : scene.ranked.person->skills) {
    if (scene.terms.IsScarce(skill) && !Contains(scene.ranked.task->skills, skill)) {
      spare.push_back(skill);
    }
  }
  return spare;
}

std::string Distance(const Scene& scene) {
  const Parts& parts = scene.ranked.parts;
  // Homes and places are rounded to about 100 m: more digits would be made up.
  const int64_t metres = std::max<int64_t>(100, std::lround(parts.distance_m / 100) * 100);
  return Fill(parts.distance_known ? Text::kDistance : Text::kDistanceUnknown, scene.locale,
              {{"{n}", std::to_string(metres)}});
}

std::string Skill(const Scene& scene) {
  const OpenTask& task = *scene.ranked.task;
  const TagTable& tags = scene.index.tags();
  const TagSet spare = SpareSkills(scene);
  const bool skilled = !task.skills.empty() || Contains(scene.ranked.person->skills, task.category);
  if (!spare.empty()) {
    return Fill(skilled ? Text::kSkilledButSpare : Text::kSpare, scene.locale,
                {{"{what}", Names(TAG_KIND_SKILL, tags, spare, scene.locale)}});
  }
  const bool by_category = task.skills.empty();
  const TagKind kind = by_category ? TAG_KIND_WORK : TAG_KIND_SKILL;
  const TagSet shown = by_category ? TagSet{task.category} : task.skills;
  return Fill(Text::kSkilled, scene.locale, {{"{what}", Names(kind, tags, shown, scene.locale)}});
}

std::string Category(const Scene& scene) {
  TagSet shown;
  for (const TagId category : scene.ranked.task->categories) {
    if (Contains(scene.ranked.person->categories, category)) shown.push_back(category);
  }
  return Fill(Text::kCategory, scene.locale,
              {{"{what}", Names(TAG_KIND_PERSON, scene.index.tags(), shown, scene.locale)}});
}

std::string Worked(const Scene& scene) {
  const Workload workload = WorkloadOf(scene.ranked.person->calendar, scene.terms.now());
  return Fill(Text::kWorked, scene.locale,
              {{"{n}", Tenths(workload.last_7d)}, {"{m}", Tenths(workload.last_30d)}});
}

std::string Missed(const Scene& scene) {
  const History& history = *scene.ranked.person->history;
  return Fill(
      Text::kMissed, scene.locale,
      {{"{n}", std::to_string(history.missed())}, {"{m}", std::to_string(history.served())}});
}

std::string Familiar(const Scene& scene) {
  const bool requester = scene.ranked.person->history->ServedFor(scene.ranked.task->requester);
  return Fill(requester ? Text::kSameRequester : Text::kSameArea, scene.locale);
}

std::string TextFor(Part part, const Scene& scene) {
  switch (part) {
    case Part::kDistance:
      return Distance(scene);
    case Part::kSkill:
      return Skill(scene);
    case Part::kCategory:
      return Category(scene);
    case Part::kWilling:
      return Fill(scene.ranked.parts.at(part) < 0 ? Text::kWilling : Text::kUnwilling,
                  scene.locale);
    case Part::kAvailability:
      return Fill(Text::kFree, scene.locale);
    case Part::kWorkload:
      return Worked(scene);
    case Part::kReliability:
      return Missed(scene);
    case Part::kFamiliarity:
      return Familiar(scene);
    case Part::kCommunity:
      return Fill(
          scene.terms.IsWeak(scene.ranked.task->task.area_code()) ? Text::kWeak : Text::kShort,
          scene.locale);
  }
  return {};
}

}  // namespace

v1::ReasonCode CodeOf(Part part) {
  constexpr v1::ReasonCode kCodes[kParts] = {
      v1::REASON_CODE_DISTANCE,    v1::REASON_CODE_SKILL,        v1::REASON_CODE_CATEGORY,
      v1::REASON_CODE_WILLING,     v1::REASON_CODE_AVAILABILITY, v1::REASON_CODE_WORKLOAD,
      v1::REASON_CODE_RELIABILITY, v1::REASON_CODE_FAMILIARITY,  v1::REASON_CODE_COMMUNITY_WEIGHT};
  return kCodes[static_cast<size_t>(part)];
}

std::vector<ReasonText> ReasonsOf(const CandidateIndex& index, const Terms& terms,
                                  const Ranked& ranked, Locale locale) {
  const Scene scene{index, terms, ranked, locale};
  std::vector<ReasonText> reasons;
  for (int i = 0; i < kParts; ++i) {
    const auto part = static_cast<Part>(i);
    const int32_t cost = ranked.parts.at(part);
    if (cost == 0 && part != Part::kDistance) continue;
    reasons.push_back({part, cost, TextFor(part, scene)});
  }
  return reasons;
}

std::string TextOf(const CandidateIndex& index, const OpenTask& task, const BlockerCount& blocker,
                   Locale locale) {
  const TagSet& what = AskedBy(blocker.rule, task);
  std::string text =
      Fill(kRuleTexts[static_cast<size_t>(blocker.rule)], locale,
           {{"{n}", std::to_string(blocker.people)},
            {"{what}", Names(KindAskedBy(blocker.rule), index.tags(), what, locale)}});
  if (blocker.only_this == 0) return text;
  const std::string only = std::to_string(blocker.only_this);
  return text + (locale == Locale::kZh ? "，其中 " + only + " 人只差这一项"
                                       : "; for " + only + " of them nothing else is in the way");
}

}  // namespace baodao::matching
