#include "services/dispatch/app/mutation.h"

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"

namespace baodao::dispatch {

Mutation MutationOf(const App& app, const rpc::CallContext& context, const std::string& task_id,
                    const google::protobuf::Message& request) {
  const auth::Principal& caller = context.caller();
  Mutation mutation;
  mutation.key = store::MakeRequestKey(caller.Caller(), context.method(), request);
  if (ids::IsValid(task_id)) {
    mutation.caller_shard = CallerShard(app, caller, app.keys.ShardOf(task_id));
  }
  mutation.actor = ActorOf(caller);
  mutation.trace_id = std::string(context.trace_id());
  return mutation;
}

Task<absl::Status> MarkRequest(App& app, const Mutation& mutation, const std::string& task_id) {
  if (mutation.caller_shard == app.keys.ShardOf(task_id)) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const store::Marking marking,
                      co_await app.store.MarkRequest(mutation.caller_shard, mutation.key));
  co_return marking == store::Marking::kReused ? Refuse(Reason::REQUEST_ID_REUSED)
                                               : absl::OkStatus();
}

Task<absl::StatusOr<std::string>> KnownAnswer(App& app, const Mutation& mutation,
                                              const std::string& task_id) {
  const int task_shard = app.keys.ShardOf(task_id);
  CO_ASSIGN_OR_RETURN(auto known, co_await app.store.FindAnswer(task_shard, mutation.key));
  if (known && known->same_payload) co_return known->answer;
  if (!known && mutation.caller_shard != task_shard) {
    CO_ASSIGN_OR_RETURN(known, co_await app.store.FindAnswer(mutation.caller_shard, mutation.key));
  }
  if (known && !known->same_payload) co_return Refuse(Reason::REQUEST_ID_REUSED);
  co_return std::string();
}

Task<absl::StatusOr<std::string>> EarlierOr(App& app, Mutation mutation, std::string task_id,
                                            absl::Status refusal) {
  // Where somebody cannot be asked now, nobody knows whether the call is refused.
  if (!IsRefusal(refusal) || absl::IsUnavailable(refusal)) co_return refusal;
  CO_ASSIGN_OR_RETURN(std::string earlier, co_await KnownAnswer(app, mutation, task_id));
  if (earlier.empty()) co_return refusal;
  co_return earlier;
}

Task<absl::StatusOr<std::string>> RunMutation(App& app, Mutation mutation, std::string task_id,
                                              TaskCall call) {
  if (!ids::IsValid(task_id, "tsk")) co_return NotFound("task", task_id);
  call.request = mutation.key;
  if (mutation.caller_shard != app.keys.ShardOf(task_id)) call.mark_shard = mutation.caller_shard;
  call.actor = mutation.actor;
  call.trace_id = mutation.trace_id;
  co_await RunAndRelease(app, std::move(task_id), call);
  co_return std::move(call.result);
}

std::function<std::string(const Aggregate&)> AnswerAssignment(std::string person_id) {
  return [person_id = std::move(person_id)](const Aggregate& aggregate) {
    return aggregate.Find(person_id)->assignment().SerializeAsString();
  };
}

std::function<std::string(const Aggregate&)> AnswerTask() {
  return [](const Aggregate& aggregate) { return aggregate.task().SerializeAsString(); };
}

}  // namespace baodao::dispatch
