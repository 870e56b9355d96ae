#include "services/registration/app/privacy_terms.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

#include <algorithm>
#include <string>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"

namespace baodao::registration {
namespace {

std::string CheckSha256(const config::Value& value) {
  const auto& text = std::get<std::string>(value);
  const bool hex =
      std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isxdigit(c); });
  return text.empty() || (hex && text.size() == 64) ? "" : "must be 64 hex digits";
}

std::string CheckTime(const config::Value& value) {
  const auto& text = std::get<std::string>(value);
  return text.empty() || FromLocalTime(text) ? "" : "must be like 2026-11-29 00:00";
}

}  // namespace

std::vector<config::Row> PrivacyRows() {
  using config::Type;
  return {
      {"privacy_url", Type::kString, "", "Where the text of privacy_version is."},
      {"privacy_sha256", Type::kString, "", "Its SHA-256 as 64 hex digits.", false, CheckSha256},
      {"privacy_since", Type::kString, "", "Since when it is in force, as clocks in China show it.",
       false, CheckTime},
  };
}

absl::StatusOr<v1::PrivacyTerms> PrivacyTermsOf(const config::Config& config) {
  v1::PrivacyTerms terms;
  terms.set_version(config.Str("privacy_version"));
  terms.set_url(config.Str("privacy_url"));
  terms.set_sha256(absl::HexStringToBytes(config.Str("privacy_sha256")));
  const std::optional<Time> since = FromLocalTime(config.Str("privacy_since"));
  if (since) *terms.mutable_since_time() = ToTimestamp(*since);
  const bool all = !terms.version().empty() && !terms.url().empty() && !terms.sha256().empty() &&
                   terms.has_since_time();
  const bool none = terms.ByteSizeLong() == 0;
  if (all || none) return terms;
  return absl::InvalidArgumentError(
      "privacy_version, privacy_url, privacy_sha256 and privacy_since are set all or none");
}

}  // namespace baodao::registration
