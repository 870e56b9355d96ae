#include "services/inbox/domain/words.h"

#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <span>
#include <vector>

#include "common/vocabulary/current.h"

namespace baodao::inbox {
namespace {

struct Phrase {
  std::string_view code;
  std::string_view zh;
  std::string_view en;
};

constexpr Phrase kCauses[] = {
    {"END_CAUSE_NOT_REGISTERED", "报到不再有效", "the registration is no longer active"},
    {"END_CAUSE_NOT_ELIGIBLE_AREA", "报到不在任务范围内", "the registration is elsewhere"},
    {"END_CAUSE_MISSING_SKILL", "不再具备所需技能", "a skill is missing"},
    {"END_CAUSE_MISSING_CREDENTIAL", "所需资质已失效", "a credential is no longer valid"},
    {"END_CAUSE_MISSING_CATEGORY", "不再属于所需人群", "a category is missing"},
};
// Not named: it is nobody else's affair who does not want to meet whom.
constexpr Phrase kOtherCause = {"", "不再符合要求", "the conditions have changed"};

// The obstacles to the deletion of an account, as ACCOUNT_IN_USE names it.
constexpr Phrase kObligations[] = {
#define TERM(key, value, zh, en) {std::string_view(#key) == "obligation" ? #value : "", zh, en},
#include "common/status/terms.def"
#undef TERM
};
// One that a newer registration knows.
constexpr Phrase kOtherObligation = {"", "其他未了结的事项", "something else"};

std::string TextOf(std::span<const Phrase> phrases, std::string_view code, const Phrase& other,
                   Locale locale) {
  const auto found = std::ranges::find(phrases, code, &Phrase::code);
  const Phrase& phrase = found == phrases.end() ? other : *found;
  return std::string(locale == Locale::kEn ? phrase.en : phrase.zh);
}

}  // namespace

std::string RoleText(std::string_view role, Locale locale) {
  const bool coordinator = role == "coordinator";
  if (locale == Locale::kEn) return coordinator ? "a coordinator" : "an operator";
  return coordinator ? "社区工作者" : "系统管理员";
}

std::string CauseText(std::string_view cause, Locale locale) {
  return TextOf(kCauses, cause, kOtherCause, locale);
}

std::string ObligationsText(const std::string& kinds, Locale locale) {
  std::vector<std::string> named = absl::StrSplit(kinds, ',');
  for (std::string& kind : named) kind = TextOf(kObligations, kind, kOtherObligation, locale);
  return absl::StrJoin(named, locale == Locale::kEn ? ", " : "、");
}

std::string TagText(std::string_view tag, Locale locale) {
  const vocabulary::Vocabulary& all = vocabulary::Current();
  const bool person = all.Find(vocabulary::v1::TAG_KIND_PERSON, tag) != nullptr;
  return std::string(all.NameOf(
      person ? vocabulary::v1::TAG_KIND_PERSON : vocabulary::v1::TAG_KIND_CREDENTIAL, tag, locale));
}

}  // namespace baodao::inbox
