#include "services/inbox/domain/render.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "services/inbox/domain/words.h"

namespace baodao::inbox {
namespace {

struct Row {
  std::string_view kind;
  std::array<Words, 2> words;  // by Locale
};

const std::vector<Row>& Table() {
  static const auto* const table = new std::vector<Row>{
#define TEXT(kind, zh_title, zh_body, en_title, en_body) \
  {#kind, {Words{zh_title, zh_body}, Words{en_title, en_body}}},
#include "services/inbox/domain/texts.def"
#undef TEXT
  };
  return *table;
}

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string TimeText(const std::string& value, Locale locale) {
  int64_t ms = 0;
  if (!absl::SimpleAtoi(value, &ms)) return value;
  const absl::CivilSecond local = LocalCivil(Time(Millis(ms)));
  if (locale == Locale::kZh) {
    return absl::StrFormat("%d月%d日 %02d:%02d", local.month(), local.day(), local.hour(),
                           local.minute());
  }
  return absl::StrFormat("%s %d %02d:%02d", kMonths[local.month() - 1], local.day(), local.hour(),
                         local.minute());
}

std::string MinutesText(const std::string& value, Locale locale) {
  int minutes = 0;
  if (!absl::SimpleAtoi(value, &minutes)) return value;
  const bool zh = locale == Locale::kZh;
  std::string hours;
  if (minutes >= 60) hours = absl::StrCat(minutes / 60, zh ? " 小时" : " h");
  if (minutes % 60 == 0 && minutes > 0) return hours;
  const std::string rest = absl::StrCat(minutes % 60, zh ? " 分钟" : " min");
  return hours.empty() ? rest : hours + " " + rest;
}

// To about the 100 m that places are rounded to.
int64_t RoughMeters(double distance_m) {
  return std::max<int64_t>(100, 100 * std::llround(distance_m / 100));
}

std::optional<std::string> NearbyText(const v1::NotificationRecord& record, Locale locale) {
  if (record.nearby_tasks().empty()) return std::nullopt;
  std::vector<std::string> named;
  for (const dispatch::v1::NearbyTask& task : record.nearby_tasks()) {
    const int64_t start = ToTime(task.window().start()).time_since_epoch().count();
    const std::string when = TimeText(std::to_string(start), locale);
    const int64_t away = RoughMeters(task.distance_m());
    named.push_back(locale == Locale::kZh
                        ? absl::StrCat("“", task.title(), "”（", when, "，约 ", away, " 米）")
                        : absl::StrCat("\"", task.title(), "\" (", when, ", about ", away, " m)"));
  }
  return absl::StrJoin(named, locale == Locale::kZh ? "、" : ", ");
}

struct Reader {
  const v1::NotificationRecord& record;
  Locale locale;
  const AreaNames& names;

  std::optional<std::string> Value(const std::string& key) const {
    if (key == "nearby") return NearbyText(record, locale);
    const auto found = record.params().find(key);
    if (found == record.params().end() || found->second.empty()) return std::nullopt;
    if (key == "area") return names(found->second);
    if (key == "start" || key == "expire") return TimeText(found->second, locale);
    if (key == "minutes") return MinutesText(found->second, locale);
    if (key == "role") return RoleText(found->second, locale);
    if (key == "cause") return CauseText(found->second, locale);
    if (key == "obligations") return ObligationsText(found->second, locale);
    if (key == "credential" || key == "tag") return TagText(found->second, locale);
    return found->second;
  }
};

void AddMentioned(std::string_view text, std::set<std::string>* names) {
  for (size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    names->insert(std::string(text.substr(open + 1, text.find('}', open) - open - 1)));
  }
}

// `text` with its parameters; `complete` tells whether all were there.
std::string Fill(std::string_view text, const Reader& reader, bool* complete) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == std::string_view::npos ? open : text.find('}', open);
    filled += text.substr(0, open);
    if (close == std::string_view::npos) break;
    const auto value = reader.Value(std::string(text.substr(open + 1, close - open - 1)));
    if (!value) *complete = false;
    filled += value.value_or("");
    text.remove_prefix(close + 1);
  }
  return filled;
}

std::string Fill(std::string_view text, const Reader& reader) {
  std::string filled;
  bool ignored = true;
  while (!text.empty()) {
    const size_t open = text.find('[');
    const size_t close = open == std::string_view::npos ? open : text.find(']', open);
    filled += Fill(text.substr(0, open), reader, &ignored);
    if (close == std::string_view::npos) break;
    bool complete = true;
    const std::string part = Fill(text.substr(open + 1, close - open - 1), reader, &complete);
    if (complete) filled += part;
    text.remove_prefix(close + 1);
  }
  return filled;
}

}  // namespace

Words Render(const v1::NotificationRecord& record, Locale locale, const AreaNames& names) {
  const auto row = std::ranges::find(Table(), record.kind(), &Row::kind);
  if (row == Table().end()) return {record.kind(), ""};
  const Words& words = row->words[static_cast<size_t>(locale)];
  const Reader reader{record, locale, names};
  std::string body = Fill(words.body, reader);
  if (record.times() > 1) {
    body += locale == Locale::kZh ? absl::StrCat("（同类消息共 ", record.times(), " 条，此为最新）")
                                  : absl::StrCat(" (The latest of ", record.times(), " like it.)");
  }
  return {Fill(words.title, reader), std::move(body)};
}

const std::set<std::string>& ParametersOf(std::string_view kind) {
  static const auto* const all = [] {
    auto* const parameters = new std::map<std::string_view, std::set<std::string>>();
    for (const Row& row : Table()) {
      for (const Words& words : row.words) {
        AddMentioned(words.title, &(*parameters)[row.kind]);
        AddMentioned(words.body, &(*parameters)[row.kind]);
      }
    }
    return parameters;
  }();
  static const std::set<std::string> kNone;
  const auto found = all->find(kind);
  return found == all->end() ? kNone : found->second;
}

std::vector<std::string_view> Kinds() {
  std::vector<std::string_view> kinds;
  for (const Row& row : Table()) kinds.push_back(row.kind);
  return kinds;
}

}  // namespace baodao::inbox
