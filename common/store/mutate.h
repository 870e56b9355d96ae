// Load → decide → commit, as every mutation of a single aggregate runs it.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/async/task.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/store.h"

namespace baodao::store {

// A handler's decision: the writes, and the answer once they are on disk.
template <class Response>
struct Decision {
  Commit commit;
  Response response;
};

// The request key of a call: `caller` is the principal's id, the request_id is the request's field
// of that name, the fingerprint covers method and request.
RequestKey MakeRequestKey(std::string_view caller, std::string_view method,
                          const google::protobuf::Message& request);

// The bytes to write and to answer, decided on reads as fresh as `read` says.
using DecideBytes = std::function<Task<absl::StatusOr<std::pair<Commit, std::string>>>(Read read)>;

// For changes that carry no request_id (timers, events, logins): decides and commits until no
// record changed in between, at most 8 times, then CONFLICT_RETRY. An empty commit is nothing to
// write. CONFLICT_RETRY also when the commit's NotAfter has passed.
Task<absl::Status> Update(Store& store, std::function<Task<absl::StatusOr<Commit>>()> decide);
// The same for a `decide` that passes its argument on to Get and GetMany: see MutateRecent.
Task<absl::Status> UpdateRecent(Store& store,
                                std::function<Task<absl::StatusOr<Commit>>(Read)> decide);

// Takes back the mark of a request that was refused, unless a copy of it was answered in `shard`
// meanwhile: then the mark stands again, and that answer is the request's. nullopt: there is none.
Task<absl::StatusOr<std::optional<std::string>>> UnmarkRefused(Store& store, int caller_shard,
                                                               int shard, RequestKey request);

// The answer that the request got in `shard`; nullopt where it has none yet. REQUEST_ID_REUSED
// where its id belongs to another payload.
template <class Response>
Task<absl::StatusOr<std::optional<Response>>> FindAnswer(Store& store, int shard,
                                                         RequestKey request) {
  CO_ASSIGN_OR_RETURN(const auto replay, co_await store.FindAnswer(shard, std::move(request)));
  if (!replay) co_return std::optional<Response>();
  if (!replay->same_payload) co_return Refuse(Reason::REQUEST_ID_REUSED);
  std::optional<Response> answer(std::in_place);
  if (!answer->ParseFromString(replay->answer)) {
    co_return absl::DataLossError("a stored answer cannot be parsed");
  }
  co_return answer;
}

namespace internal {
template <class Response>
Task<absl::StatusOr<Response>> MutateTyped(
    Store& store, RequestKey request, int caller_shard, int shard, bool recent,
    std::function<Task<absl::StatusOr<Decision<Response>>>(Read)> decide, bool* replayed = nullptr);
}  // namespace internal

// Mutate<v1::Task>(store, MakeRequestKey(…), caller_shard, shard, [&]() -> Task<…> { …
// }): `decide` loads what it needs and fills commit and answer. On a conflict it runs again (at
// most 8 times with jitter, then CONFLICT_RETRY). A known request_id answers as it did the first
// time, even where `decide` now refuses; one known with another fingerprint is REQUEST_ID_REUSED.
// `caller_shard` gets a mark when it is not `shard`, the commit's. An answer is kept also where
// nothing had to be written; of what is refused nothing stays. `replayed` is told whether an
// earlier call made the answer, so that nothing is counted twice.
template <class Response>
Task<absl::StatusOr<Response>> Mutate(
    Store& store, RequestKey request, int caller_shard, int shard,
    std::function<Task<absl::StatusOr<Decision<Response>>>()> decide, bool* replayed = nullptr) {
  return internal::MutateTyped<Response>(
      store, std::move(request), caller_shard, shard, false,
      [decide = std::move(decide)](Read) { return decide(); }, replayed);
}

// For callers without a shard of their own (service timers and consumers): no mark.
template <class Response>
Task<absl::StatusOr<Response>> Mutate(
    Store& store, RequestKey request, int shard,
    std::function<Task<absl::StatusOr<Decision<Response>>>()> decide) {
  return Mutate<Response>(store, std::move(request), shard, shard, std::move(decide));
}

// The same for a `decide` that passes its argument on to Get and GetMany: the first try is kRecent,
// and counts only when it does not refuse and does not conflict; all others are kFresh.
template <class Response>
Task<absl::StatusOr<Response>> MutateRecent(
    Store& store, RequestKey request, int caller_shard, int shard,
    std::function<Task<absl::StatusOr<Decision<Response>>>(Read)> decide) {
  return internal::MutateTyped<Response>(store, std::move(request), caller_shard, shard, true,
                                         std::move(decide));
}

namespace internal {

// The answer, and whether an earlier call made it.
struct Mutated {
  std::string answer;
  bool replayed = false;
};

Task<absl::StatusOr<Mutated>> RunMutation(Store& store, RequestKey request, int caller_shard,
                                          int shard, bool recent, DecideBytes decide);

template <class Response>
Task<absl::StatusOr<Response>> MutateTyped(
    Store& store, RequestKey request, int caller_shard, int shard, bool recent,
    std::function<Task<absl::StatusOr<Decision<Response>>>(Read)> decide, bool* replayed) {
  Response response;  // of the latest try
  DecideBytes decide_bytes =
      [&](Read read) -> Task<absl::StatusOr<std::pair<Commit, std::string>>> {
    absl::StatusOr<Decision<Response>> decision = co_await decide(read);
    if (!decision.ok()) co_return std::move(decision).status();
    std::pair<Commit, std::string> result(std::move(decision->commit),
                                          decision->response.SerializeAsString());
    response = std::move(decision->response);
    co_return result;
  };
  absl::StatusOr<Mutated> mutated = co_await RunMutation(store, std::move(request), caller_shard,
                                                         shard, recent, std::move(decide_bytes));
  if (!mutated.ok()) co_return std::move(mutated).status();
  if (replayed != nullptr) *replayed = mutated->replayed;
  if (mutated->replayed && !response.ParseFromString(mutated->answer)) {
    co_return absl::InternalError("a stored answer cannot be parsed");
  }
  co_return response;
}

}  // namespace internal
}  // namespace baodao::store
