// A client's mutation of one task: marks the request, runs the call through the task's queue, gives
// back what it freed.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <utility>

#include "services/dispatch/app/caller.h"

namespace baodao::dispatch {

// The request_id of a mutation with who sent it.
struct Mutation {
  store::RequestKey key;
  int caller_shard = 0;
  std::string actor;
  std::string trace_id;
};
Mutation MutationOf(const App& app, const rpc::CallContext& context, const std::string& task_id,
                    const google::protobuf::Message& request);

// Notes the request down in the caller's shard when that is not the task's: only what is decided
// and about to be written. REQUEST_ID_REUSED.
Task<absl::Status> MarkRequest(App& app, const Mutation& mutation, const std::string& task_id);

// The answer the request got before; empty when it is not known. REQUEST_ID_REUSED. Ask before a
// call is refused.
Task<absl::StatusOr<std::string>> KnownAnswer(App& app, const Mutation& mutation,
                                              const std::string& task_id);

// A call that would be refused now, but was answered before, is answered so again; else the
// refusal.
Task<absl::StatusOr<std::string>> EarlierOr(App& app, Mutation mutation, std::string task_id,
                                            absl::Status refusal);

// Fills in who and which request, runs, releases calendars. The bytes of the answer.
Task<absl::StatusOr<std::string>> RunMutation(App& app, Mutation mutation, std::string task_id,
                                              TaskCall call);

// The same with the answer parsed.
template <class Response>
absl::StatusOr<Response> Parsed(absl::StatusOr<std::string> bytes) {
  if (!bytes.ok()) return std::move(bytes).status();
  Response response;
  if (!response.ParseFromString(*bytes)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  return response;
}

// An answer that is the person's assignment, or the task.
std::function<std::string(const Aggregate&)> AnswerAssignment(std::string person_id);
std::function<std::string(const Aggregate&)> AnswerTask();

}  // namespace baodao::dispatch
