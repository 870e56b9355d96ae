// One operation on one task, as it travels through the task's queue.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/store/commit.h"
#include "services/dispatch/domain/aggregate.h"
#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

struct TaskCall {
  // The request of a client's mutation; none for timers.
  std::optional<store::RequestKey> request;
  // The shard where the request is marked once the call is decided and before anything is written:
  // its caller's, if that is not the task's.
  std::optional<int> mark_shard;
  // Whose assignments `decide` looks at, unless `everybody`.
  std::vector<std::string> people;
  bool everybody = false;
  // Pure: decides on the aggregate as all calls before it left it. A refusal must leave it
  // untouched. May run several times; only the last run counts.
  std::function<absl::StatusOr<Effects>(Aggregate& aggregate, Time now)> decide;
  // Makes the answer to keep and send after `decide`: a serialized message.
  std::function<std::string(const Aggregate& aggregate)> answer;
  // Writes beside the aggregate, in the task's shard.
  std::function<void(store::Commit& commit)> extra;
  // Nothing is written once Redis' clock has passed this; the call then ends with kExpired.
  std::optional<Time> not_after;
  // Person id, or the name of a service.
  std::string actor;
  std::string trace_id;

  // Filled by the queue.
  bool marked = false;  // there, by this call
  bool met = false;     // there, by a copy of it, which takes the mark back when it is refused
  enum class End {
    kNone,
    kApplied,   // written; `result` is the answer
    kReplayed,  // known from before; `result` is the answer given then, or REQUEST_ID_REUSED
    kRefused,   // decided against, on the state as it is; nothing written
    kExpired,   // not_after has passed; nothing written
    kFailed,    // `result` says why; whether it was written is not known
  };
  End end = End::kNone;
  absl::StatusOr<std::string> result = absl::UnknownError("not decided");
  Effects effects;  // when applied
};

}  // namespace baodao::dispatch
