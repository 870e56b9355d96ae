#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include "common/status/status.h"

namespace baodao {
namespace {

// The weight in "en;q=0.8"; 1 when there is none, 0 when it is not a number.
double WeightOf(absl::string_view parameters) {
  double weight = 1;
  for (absl::string_view parameter : absl::StrSplit(parameters, ';', absl::SkipWhitespace())) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (absl::ConsumePrefix(&parameter, "q=") && !absl::SimpleAtod(parameter, &weight)) return 0;
  }
  return weight;
}

bool Speaks(absl::string_view tag, absl::string_view language) {
  return absl::StartsWithIgnoreCase(tag, language) &&
         (tag.size() == language.size() || tag[language.size()] == '-');
}

}  // namespace

Locale LocaleOf(std::string_view accept_language) {
  Locale best = Locale::kZh;
  double best_weight = 0;
  for (absl::string_view item :
       absl::StrSplit(absl::string_view(accept_language.data(), accept_language.size()), ',')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(item, absl::MaxSplits(';', 1));
    const absl::string_view tag = absl::StripAsciiWhitespace(parts.first);
    const double weight = WeightOf(parts.second);
    if (weight <= best_weight || !(Speaks(tag, "zh") || Speaks(tag, "en"))) continue;
    best = Speaks(tag, "en") ? Locale::kEn : Locale::kZh;
    best_weight = weight;
  }
  return best;
}

std::string_view LocaleName(Locale locale) { return locale == Locale::kEn ? "en" : "zh-CN"; }

}  // namespace baodao
