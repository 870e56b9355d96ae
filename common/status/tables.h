// reasons.def, violations.def and terms.def as data; used by this folder and its tests.
#pragma once

#include <absl/status/status.h>

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace baodao::status_internal {

struct ReasonRow {
  Reason reason;
  std::string_view name;
  absl::StatusCode code;
  std::array<std::string_view, 2> text;  // By Locale.
};

struct ViolationRow {
  ViolationKind kind;
  std::string_view name;
  std::array<std::string_view, 2> text;  // By Locale.
};

struct TermRow {
  std::string_view key;
  std::string_view value;
  std::array<std::string_view, 2> text;  // By Locale.
};

std::span<const ReasonRow> Reasons();
std::span<const ViolationRow> Violations();
std::span<const TermRow> Terms();
const ReasonRow& RowOf(Reason reason);
const ViolationRow& RowOf(ViolationKind kind);

// `text` with every {key} replaced by the name of its value in terms.def or, of a tag, in the
// vocabulary, or the value, or nothing.
std::string Fill(std::string_view text, const Metadata& values, Locale locale);

// The first `max` bytes of `text`, cut before a character of UTF-8 rather than inside it.
std::string_view CutUtf8(std::string_view text, size_t max);

// The refusal that stands for a status that is none, chosen by its code alone.
Reason ReasonForFault(absl::StatusCode code);

}  // namespace baodao::status_internal
