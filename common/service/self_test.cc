#include "common/service/self_test.h"

#include <utility>

#include "baodao/diagnostics/v1/diagnostics.pb.h"
#include "baodao/events/v1/events.pb.h"
#include "common/record/origin.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"

namespace baodao::service {
namespace {

using diagnostics::v1::CommitRequest;
using diagnostics::v1::CommitResponse;
using Decision = store::Decision<CommitResponse>;

constexpr size_t kRecordBytes = 300;

Task<absl::StatusOr<Decision>> Decide(store::Store& store, Clock& clock, rpc::CallContext context,
                                      int shard, std::string name, store::Read read) {
  const std::string key = store.keys().Of(shard, "diagnostics", name);
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store.Get(key, read));
  events::v1::Event event;
  record::FillHeader(context.caller().Caller(), std::string(context.trace_id()), clock.Now(),
                     &event);
  store::Commit commit(shard);
  commit.Put(key, stored.version, std::string(kRecordBytes, 'x'));
  commit.IndexAdd(store.keys().Of(shard, "diagnostics"),
                  static_cast<double>(clock.Now().time_since_epoch().count()), name);
  commit.Emit(event.SerializeAsString());
  CommitResponse response;
  response.set_version(static_cast<int64_t>(stored.version + 1));
  co_return Decision{std::move(commit), std::move(response)};
}

}  // namespace

Task<absl::StatusOr<int64_t>> SelfTestCommit(store::Store& store, Clock& clock,
                                             rpc::CallContext context, std::string request_id,
                                             std::string key) {
  CommitRequest request;
  request.set_request_id(request_id);
  request.set_key(key);
  const int shard = store.keys().ShardOfText(key);
  store::RequestKey known =
      store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  auto decide = [&store, &clock, context, shard, key](store::Read read) {
    return Decide(store, clock, context, shard, key, read);
  };
  const absl::StatusOr<CommitResponse> answer =
      co_await store::MutateRecent<CommitResponse>(store, std::move(known), shard, shard, decide);
  if (!answer.ok()) co_return answer.status();
  co_return answer->version();
}

}  // namespace baodao::service
