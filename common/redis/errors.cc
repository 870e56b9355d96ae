#include "common/redis/errors.h"

#include <absl/strings/cord.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <array>

namespace baodao::redis {
namespace {

constexpr char kWordUrl[] = "baodao.redis/word";
constexpr char kUnknownUrl[] = "baodao.redis/outcome-unknown";

// Debian 12's abseil has a string_view of its own.
absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

struct Row {
  std::string_view word;
  absl::StatusCode code;
};

constexpr std::array kWords = {
    Row{"NOSCRIPT", absl::StatusCode::kNotFound},
    Row{"NOGROUP", absl::StatusCode::kNotFound},
    Row{"BUSYGROUP", absl::StatusCode::kAlreadyExists},
    Row{"BUSYKEY", absl::StatusCode::kAlreadyExists},
    Row{"WRONGTYPE", absl::StatusCode::kFailedPrecondition},
    Row{"CROSSSLOT", absl::StatusCode::kInvalidArgument},
    Row{"NOAUTH", absl::StatusCode::kUnauthenticated},
    Row{"WRONGPASS", absl::StatusCode::kUnauthenticated},
    Row{"NOPERM", absl::StatusCode::kPermissionDenied},
    Row{"OOM", absl::StatusCode::kResourceExhausted},
    Row{"EXECABORT", absl::StatusCode::kAborted},
    Row{"LOADING", absl::StatusCode::kUnavailable},
    Row{"BUSY", absl::StatusCode::kUnavailable},
    Row{"MASTERDOWN", absl::StatusCode::kUnavailable},
    Row{"CLUSTERDOWN", absl::StatusCode::kUnavailable},
    Row{"TRYAGAIN", absl::StatusCode::kUnavailable},
    Row{"MISCONF", absl::StatusCode::kUnavailable},
    Row{"NOREPLICAS", absl::StatusCode::kUnavailable},
    Row{"READONLY", absl::StatusCode::kUnavailable},
    Row{"MOVED", absl::StatusCode::kUnavailable},
    Row{"ASK", absl::StatusCode::kUnavailable},
};

// ERR says nothing by itself: these texts do.
constexpr std::array kTexts = {
    Row{"ERR Function not found", absl::StatusCode::kNotFound},
    Row{"ERR Library not found", absl::StatusCode::kNotFound},
    Row{"ERR no such key", absl::StatusCode::kNotFound},
    Row{"ERR The XGROUP subcommand requires the key to exist", absl::StatusCode::kNotFound},
    Row{"ERR Library '", absl::StatusCode::kAlreadyExists},
    Row{"ERR max number of clients reached", absl::StatusCode::kUnavailable},
};

absl::StatusCode CodeOf(std::string_view word, std::string_view line) {
  for (const Row& row : kWords) {
    if (row.word == word) return row.code;
  }
  if (word != "ERR") return absl::StatusCode::kUnknown;
  for (const Row& row : kTexts) {
    if (line.starts_with(row.word)) return row.code;
  }
  return absl::StatusCode::kInvalidArgument;
}

// Messages are wrapped on their way up: one prefix is enough.
absl::Status Unavailable(std::string_view message) {
  const std::string_view prefix = message.starts_with("redis: ") ? "" : "redis: ";
  return absl::UnavailableError(absl::StrCat(ToAbsl(prefix), ToAbsl(message)));
}

}  // namespace

absl::Status ErrorReply(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  absl::Status status(CodeOf(word, line), ToAbsl(line));
  status.SetPayload(kWordUrl, absl::Cord(ToAbsl(word)));
  return status;
}

bool HasErrorWord(const absl::Status& status, std::string_view word) {
  const auto found = status.GetPayload(kWordUrl);
  return found && *found == ToAbsl(word);
}

bool IsFunctionMissing(const absl::Status& status) {
  return HasErrorWord(status, "ERR") &&
         absl::StartsWith(status.message(), "ERR Function not found");
}

absl::Status OutcomeUnknownError(std::string_view message) {
  absl::Status status = Unavailable(message);
  status.SetPayload(kUnknownUrl, absl::Cord());
  return status;
}

absl::Status NotSentError(std::string_view message) { return Unavailable(message); }

bool IsOutcomeUnknown(const absl::Status& status) {
  return status.GetPayload(kUnknownUrl).has_value();
}

}  // namespace baodao::redis
