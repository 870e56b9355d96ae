// Redis' errors and the network's as absl::Status.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace baodao::redis {

// An error reply. The message is the whole line; the first word is kept, see HasErrorWord. Codes:
//   NOT_FOUND            NOSCRIPT, NOGROUP, a missing function, a missing stream or key
//   ALREADY_EXISTS       BUSYGROUP, BUSYKEY, a library that exists
//   FAILED_PRECONDITION  WRONGTYPE, READONLY inside scripts
//   UNAUTHENTICATED      NOAUTH, WRONGPASS;   PERMISSION_DENIED  NOPERM
//   RESOURCE_EXHAUSTED   OOM
//   UNAVAILABLE          LOADING, BUSY, MASTERDOWN, CLUSTERDOWN, TRYAGAIN, MISCONF, NOREPLICAS,
//                        READONLY, MOVED, ASK: nothing was executed, so another try is safe
//   INVALID_ARGUMENT     any other ERR (syntax, arity, unknown command)
//   UNKNOWN              every other word, such as a script's own
absl::Status ErrorReply(std::string_view line);

// Whether `status` came from an error reply with this first word ("WRONGTYPE").
bool HasErrorWord(const absl::Status& status, std::string_view word);

// "ERR Function not found": the functions are to be loaded (again) on that node.
bool IsFunctionMissing(const absl::Status& status);

// UNAVAILABLE: the command was sent, no answer came. It may have been executed, may still be, or
// may never be.
absl::Status OutcomeUnknownError(std::string_view message);
// UNAVAILABLE: the command was never sent.
absl::Status NotSentError(std::string_view message);
// Whether `status` leaves open if the command took effect. Retry only what is idempotent.
bool IsOutcomeUnknown(const absl::Status& status);

}  // namespace baodao::redis
