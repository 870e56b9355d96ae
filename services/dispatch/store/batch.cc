#include "services/dispatch/store/batch.h"

#include <map>

#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

constexpr Millis kExpiryMargin{500};

std::string RequestName(const TaskCall& call) {
  return call.request->caller + '\n' + call.request->request_id;
}

void Expire(TaskCall& call) {
  FinishCall(call, TaskCall::End::kExpired, absl::AbortedError("the reservation is too old"));
}

}  // namespace

void FinishCall(TaskCall& call, TaskCall::End end, absl::StatusOr<std::string> result) {
  call.end = end;
  call.result = std::move(result);
  if (end != TaskCall::End::kApplied) call.effects = {};
}

void FinishCalls(Calls& calls, TaskCall::End end, const absl::Status& status) {
  for (TaskCall* call : calls) FinishCall(*call, end, status);
  calls.clear();
}

std::vector<CopiedCall> TakeOutCopies(Calls& calls) {
  std::vector<CopiedCall> copies;
  if (calls.size() < 2) return copies;
  std::map<std::string, TaskCall*> firsts;
  std::erase_if(calls, [&](TaskCall* call) {
    if (!call->request) return false;
    const auto [it, is_first] = firsts.try_emplace(RequestName(*call), call);
    if (!is_first) copies.push_back({call, it->second});
    return !is_first;
  });
  return copies;
}

void FinishCopies(const std::vector<CopiedCall>& copies) {
  for (const auto& [copy, first] : copies) {
    if (copy->request->fingerprint != first->request->fingerprint) {
      FinishCall(*copy, TaskCall::End::kReplayed, Refuse(Reason::REQUEST_ID_REUSED));
      continue;
    }
    const bool applied = first->end == TaskCall::End::kApplied;
    FinishCall(*copy, applied ? TaskCall::End::kReplayed : first->end, first->result);
  }
}

void FinishExpiring(Calls& calls, Time now) {
  std::erase_if(calls, [&](TaskCall* call) {
    if (!call->not_after || now + kExpiryMargin < *call->not_after) return false;
    Expire(*call);
    return true;
  });
}

void FinishTooLate(Calls& calls) {
  std::erase_if(calls, [](TaskCall* call) {
    if (!call->not_after) return false;
    Expire(*call);
    return true;
  });
}

void FinishReplayed(Calls& calls, const store::CommitOutcome& outcome, const Calls& decided) {
  Calls asked;
  for (TaskCall* call : decided) {
    if (call->request) asked.push_back(call);
  }
  for (const store::CommitOutcome::Replay& replay : outcome.replays) {
    TaskCall* const call = asked.at(replay.request);
    absl::StatusOr<std::string> result = replay.answer;
    if (!replay.same_payload) result = Refuse(Reason::REQUEST_ID_REUSED);
    FinishCall(*call, TaskCall::End::kReplayed, std::move(result));
    std::erase(calls, call);
  }
}

Verdicts DecideAll(const Calls& calls, Aggregate& aggregate, Time now) {
  Verdicts verdicts;
  for (TaskCall* call : calls) {
    absl::StatusOr<Effects> effects = call->decide(aggregate, now);
    if (!effects.ok()) {
      verdicts.refused.emplace_back(call, std::move(effects).status());
      continue;
    }
    call->effects = *std::move(effects);
    call->result = call->answer ? call->answer(aggregate) : std::string();
    verdicts.decided.push_back(call);
  }
  return verdicts;
}

void FinishRefused(const Verdicts& verdicts) {
  for (const auto& [call, status] : verdicts.refused) {
    FinishCall(*call, TaskCall::End::kRefused, status);
  }
}

}  // namespace baodao::dispatch
