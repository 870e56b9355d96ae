// Bookkeeping of the calls of one batch: which are copies of another, which have ended and how.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <utility>
#include <vector>

#include "services/dispatch/store/task_call.h"

namespace baodao::dispatch {

using Calls = std::vector<TaskCall*>;

void FinishCall(TaskCall& call, TaskCall::End end, absl::StatusOr<std::string> result);
// All that are left; afterwards none is.
void FinishCalls(Calls& calls, TaskCall::End end, const absl::Status& status);

// A call that carries the same request as an earlier one of the batch, and that one.
struct CopiedCall {
  TaskCall* copy;
  TaskCall* first;
};
// Takes copies out: a commit answers a request once.
std::vector<CopiedCall> TakeOutCopies(Calls& calls);
// Ends copies as their firsts have ended; one with another payload is REQUEST_ID_REUSED.
void FinishCopies(const std::vector<CopiedCall>& copies);

// Ends the calls whose reservation is about to expire: a commit takes a moment, too.
void FinishExpiring(Calls& calls, Time now);
// Ends every call that has a time limit: it has passed.
void FinishTooLate(Calls& calls);
// Ends the calls whose requests turned out to be known; `decided` is in the order of the commit.
void FinishReplayed(Calls& calls, const store::CommitOutcome& outcome, const Calls& decided);

// The result of one pass over the calls.
struct Verdicts {
  Calls decided;
  std::vector<std::pair<TaskCall*, absl::Status>> refused;
};
// Decides the calls one after the other on `aggregate`, each on what those before it left.
Verdicts DecideAll(const Calls& calls, Aggregate& aggregate, Time now);
void FinishRefused(const Verdicts& verdicts);

}  // namespace baodao::dispatch
