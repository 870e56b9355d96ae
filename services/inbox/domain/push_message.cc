#include "services/inbox/domain/push_message.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

Locale LocaleOf(v1::DeviceLanguage language) {
  return language == v1::DEVICE_LANGUAGE_EN ? Locale::kEn : Locale::kZh;
}

Words WordsOf(const v1::PushRecord& push, Locale locale, const AreaNames& names) {
  Words words = Render(push.latest(), locale, names);
  if (push.count() <= 1) return words;
  const bool zh = locale == Locale::kZh;
  std::string title = zh ? absl::StrCat("您有 ", push.count(), " 条新消息")
                         : absl::StrCat(push.count(), " new notifications");
  return {std::move(title), absl::StrCat(zh ? "最新：" : "The latest: ", words.title)};
}

}  // namespace

v1::Push MessageOf(const std::string& person_id, const v1::PushRecord& push,
                   const std::vector<Target>& targets, const AreaNames& names) {
  v1::Push message;
  message.set_push_id(absl::StrCat(person_id, "-", push.number()));
  message.set_person_id(person_id);
  message.set_kind(KindNamed(push.latest().kind()));
  message.set_subject_id(push.latest().subject_id());
  *message.mutable_time() = push.latest().time();
  message.set_count(static_cast<int>(push.count()));
  message.set_urgent(IsUrgent(push.latest().kind()));
  for (const Target& target : targets) {
    v1::PushDevice& device = *message.add_devices();
    device.set_device_id(target.device.device_id());
    device.set_platform(target.device.platform());
    device.set_push_token(target.push_token);
    Words words = WordsOf(push, LocaleOf(target.device.language()), names);
    device.set_title(std::move(words.title));
    device.set_body(std::move(words.body));
  }
  return message;
}

}  // namespace baodao::inbox
