// Refusals: errors a caller is meant to see. A refusal is an absl::Status that carries one Reason
// of reasons.def, its metadata and, for bad requests, field violations. Any other absl::Status is a
// fault of ours: at the edge its text is hidden behind INTERNAL or STORE_UNAVAILABLE.
#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baodao {

enum class Reason {
#define REASON(name, code, zh, en) name,
#include "common/status/reasons.def"
#undef REASON
};

enum class ViolationKind {
#define VIOLATION(name, zh, en) name,
#include "common/status/violations.def"
#undef VIOLATION
};

// Values a text or a client needs. Keys are lower_snake; never private data. Values longer than 256
// bytes are cut at the edge.
using Metadata = std::map<std::string, std::string>;

struct Violation {
  std::string field;  // Path in the request, e.g. "need.place.latitude" or "skills[3]".
  ViolationKind kind = ViolationKind::REQUIRED;
  Metadata arguments;  // Values that the text of the kind names: {"max", "100"}.

  bool operator==(const Violation&) const = default;
};

enum class Locale { kZh, kEn };

// The first language of an accept-language header that we speak; Chinese when there is none.
Locale LocaleOf(std::string_view accept_language);
// "zh-CN" or "en".
std::string_view LocaleName(Locale locale);

[[nodiscard]] absl::Status Refuse(Reason reason, Metadata metadata = {});
// The same, telling the client when to try again (RetryInfo).
[[nodiscard]] absl::Status RefuseFor(Reason reason, std::chrono::milliseconds retry_after,
                                     Metadata metadata = {});
// INVALID_ARGUMENT_FIELDS. Only the first 20 violations reach the client: trailers are small.
[[nodiscard]] absl::Status RefuseFields(std::vector<Violation> violations);
// The same for one field.
[[nodiscard]] absl::Status RefuseField(std::string field, ViolationKind kind,
                                       Metadata arguments = {});

// NOT_FOUND with the metadata its text names; `type` is a record name such as "task".
[[nodiscard]] absl::Status NotFound(std::string type, std::string id);
// WRONG_STATE; `state` is the name of the current state, e.g. "SUBMITTED".
[[nodiscard]] absl::Status WrongState(std::string state);

// Empty for OK, for statuses that are no refusal, and for a reason this build does not know.
std::optional<Reason> ReasonOf(const absl::Status& status);
// Whether the status is a refusal with this reason.
bool Is(const absl::Status& status, Reason reason);
// Whether the status is any refusal, known reason or not.
bool IsRefusal(const absl::Status& status);
Metadata MetadataOf(const absl::Status& status);
std::vector<Violation> ViolationsOf(const absl::Status& status);
std::optional<std::chrono::milliseconds> RetryAfterOf(const absl::Status& status);

// Text for people. A status that is no refusal has the text of what the client would be told.
std::string Localise(const absl::Status& status, Locale locale);
std::string Localise(const Violation& violation, Locale locale);

// "TASK_FULL".
std::string_view Name(Reason reason);
std::string_view Name(ViolationKind kind);
std::optional<Reason> ReasonByName(std::string_view name);
absl::StatusCode CodeOf(Reason reason);

}  // namespace baodao
