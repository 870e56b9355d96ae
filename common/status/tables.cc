#include "common/status/tables.h"

#include <absl/container/flat_hash_map.h>
#include <grpcpp/support/status_code_enum.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/clock/time_text.h"
#include "common/vocabulary/current.h"

namespace baodao {
namespace status_internal {
namespace {

// The numbers of gRPC's and absl's codes are the same by design.
constexpr absl::StatusCode Code(grpc::StatusCode code) {
  return static_cast<absl::StatusCode>(static_cast<int>(code));
}

constexpr ReasonRow kReasons[] = {
#define REASON(name, code, zh, en) {Reason::name, #name, Code(grpc::StatusCode::code), {zh, en}},
#include "common/status/reasons.def"
#undef REASON
};

constexpr ViolationRow kViolations[] = {
#define VIOLATION(name, zh, en) {ViolationKind::name, #name, {zh, en}},
#include "common/status/violations.def"
#undef VIOLATION
};

constexpr TermRow kTerms[] = {
#define TERM(key, value, zh, en) {#key, #value, {zh, en}},
#include "common/status/terms.def"
#undef TERM
};

// The name of a value; nullptr where it has none.
const TermRow* TermFor(std::string_view key, std::string_view value) {
  using Names = absl::flat_hash_map<std::pair<std::string_view, std::string_view>, const TermRow*>;
  static const Names* const kNames = [] {
    auto* names = new Names;
    for (const TermRow& row : kTerms) names->emplace(std::pair(row.key, row.value), &row);
    return names;
  }();
  const auto found = kNames->find(std::pair(key, value));
  return found == kNames->end() ? nullptr : found->second;
}

// Metadata that are tags, which the vocabulary names.
std::optional<vocabulary::TagKind> TagKindOf(std::string_view key) {
  if (key == "skill") return vocabulary::v1::TAG_KIND_SKILL;
  if (key == "category") return vocabulary::v1::TAG_KIND_PERSON;
  if (key == "credential") return vocabulary::v1::TAG_KIND_CREDENTIAL;
  return std::nullopt;
}

}  // namespace

std::span<const TermRow> Terms() { return kTerms; }
std::span<const ReasonRow> Reasons() { return kReasons; }
std::span<const ViolationRow> Violations() { return kViolations; }
const ReasonRow& RowOf(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }
const ViolationRow& RowOf(ViolationKind kind) { return kViolations[static_cast<size_t>(kind)]; }

std::string Fill(std::string_view text, const Metadata& values, Locale locale) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    out.append(text.substr(0, open));
    const auto value = values.find(std::string(text.substr(open + 1, close - open - 1)));
    if (value != values.end()) {
      const TermRow* term = TermFor(value->first, value->second);
      const std::optional<Time> time = FromRfc3339(value->second);
      const std::optional<vocabulary::TagKind> tag = TagKindOf(value->first);
      // A value itself is not filled: it may come from a request.
      if (term != nullptr) {
        out += Fill(term->text[static_cast<int>(locale)], values, locale);
      } else if (tag) {
        out += vocabulary::Current().NameOf(*tag, value->second, locale);
      } else {
        out += time ? LocalTime(*time) : value->second;
      }
    }
    text.remove_prefix(close + 1);
  }
  out.append(text);
  return out;
}

std::string_view CutUtf8(std::string_view text, size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && U8_IS_TRAIL(text[max])) --max;
  return text.substr(0, max);
}

Reason ReasonForFault(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return Reason::STORE_UNAVAILABLE;
    case absl::StatusCode::kDeadlineExceeded:
      return Reason::DEADLINE_EXCEEDED;
    case absl::StatusCode::kCancelled:
      return Reason::CALL_CANCELLED;
    case absl::StatusCode::kAborted:
      return Reason::CONFLICT_RETRY;
    default:
      return Reason::INTERNAL;
  }
}

}  // namespace status_internal

std::string_view Name(Reason reason) { return status_internal::RowOf(reason).name; }
std::string_view Name(ViolationKind kind) { return status_internal::RowOf(kind).name; }
absl::StatusCode CodeOf(Reason reason) { return status_internal::RowOf(reason).code; }

std::optional<Reason> ReasonByName(std::string_view name) {
  static const auto* const kByName = [] {
    auto* map = new absl::flat_hash_map<std::string_view, Reason>;
    for (const auto& row : status_internal::Reasons()) map->emplace(row.name, row.reason);
    return map;
  }();
  const auto found = kByName->find(name);
  if (found == kByName->end()) return std::nullopt;
  return found->second;
}

}  // namespace baodao
