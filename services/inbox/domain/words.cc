#include "services/inbox/domain/words.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace baodao::inbox {
namespace {

struct Phrase {
  std::string_view code;
  std::string_view zh;
  std::string_view en;
};

constexpr Phrase kCauses[] = {
    {"not_registered", "报到已暂停或已结束", "the registration is suspended or has ended"},
    {"not_eligible_area", "不再在任务所在区域报到",
     "the registration with the task's area has ended"},
    {"missing_skill", "不再具备任务要求的技能", "a skill that the task asks for is missing"},
    {"missing_credential", "任务要求的资质已撤销或不再有效",
     "a credential that the task asks for is no longer valid"},
    {"missing_category", "不再属于任务要求的人员类别",
     "the task asks for a category that no longer applies"},
    {"kept_apart", "不便参加此任务", "taking part in this task is not possible"},
};

constexpr Phrase kCredentials[] = {
    {"health_steward", "健康管家", "health steward"},
    {"safety_guardian", "平安守护员", "safety guardian"},
    {"doctor", "医生", "doctor"},
    {"nurse", "护士", "nurse"},
    {"lawyer", "律师", "lawyer"},
    {"teacher", "教师", "teacher"},
    {"psychologist", "心理咨询师", "psychologist"},
    {"electrician", "电工", "electrician"},
    {"accountant", "会计", "accountant"},
    {"social_worker", "社会工作者", "social worker"},
};

std::string TextOf(std::span<const Phrase> phrases, const std::string& code, Locale locale) {
  const auto found = std::ranges::find(phrases, code, &Phrase::code);
  if (found == phrases.end()) return code;
  return std::string(locale == Locale::kEn ? found->en : found->zh);
}

}  // namespace

std::string CauseText(const std::string& cause, Locale locale) {
  return TextOf(kCauses, cause, locale);
}

std::string CredentialText(const std::string& kind, Locale locale) {
  return TextOf(kCredentials, kind, locale);
}

}  // namespace baodao::inbox
