// The mutations of Repository. Included by repository.h only.
#pragma once

#include "common/record/repository.h"
#include "common/validate/tags.h"

namespace baodao::record {

template <class Answer, class Request>
Task<absl::StatusOr<Answer>> Repository::Mutate(rpc::CallContext context, const Request& request,
                                                int shard, Decide<Answer> decide, bool* replayed) {
  using Decided = store::Decision<Answer>;
  std::vector<Transition> transitions;  // of the latest try
  std::function<Task<absl::StatusOr<Decided>>()> attempt = [&]() -> Task<absl::StatusOr<Decided>> {
    Transaction transaction = Begin(shard, OriginOf(context, clock_.Now()));
    CO_ASSIGN_OR_RETURN(Answer answer, co_await decide(transaction));
    CO_RETURN_IF_ERROR(transaction.status());
    transitions = transaction.transitions();
    co_return Decided{transaction.TakeCommit(), std::move(answer)};
  };
  bool known = false;
  CO_ASSIGN_OR_RETURN(Answer answer,
                      co_await store::Mutate<Answer>(store_, RequestKeyOf(context, request),
                                                     CallerShard(context, shard), shard,
                                                     std::move(attempt), &known));
  if (!known) transitions_.Count(transitions);
  if (replayed != nullptr) *replayed = known;
  co_return answer;
}

template <class T, class Request>
Task<absl::StatusOr<RecordOf<T>>> Repository::MutateLimited(rpc::CallContext context,
                                                            const Request& request, const T& type,
                                                            int shard, Decide<RecordOf<T>> decide) {
  using Record = RecordOf<T>;
  CreationLimit::Creation creation = co_await creation_limit_.Begin(
      Named<Record>().name(), type.created_per_day, context, request.request_id());
  Decide<Record> limited = [&](Transaction& transaction) -> Task<absl::StatusOr<Record>> {
    CO_ASSIGN_OR_RETURN(Record record, co_await decide(transaction));
    CO_RETURN_IF_ERROR(co_await creation.Count());
    co_return record;
  };
  bool replayed = false;
  absl::StatusOr<Record> created =
      co_await Mutate<Record>(context, request, shard, std::move(limited), &replayed);
  co_await creation.Settle(replayed, created.status());
  co_return created;
}

template <class T, class Request>
Task<absl::StatusOr<ViewOf<T>>> Repository::Create(
    rpc::CallContext context, const Request& request, const T& type,
    std::function<Task<absl::StatusOr<RecordOf<T>>>(Transaction&, std::string id)> make) {
  using Record = RecordOf<T>;
  KeptOf(Named<Record>());  // before there is one that nobody could read
  CO_RETURN_IF_ERROR(co_await CheckKnown(request.area_code()));
  // Inside the decision: a request sent again gets its first answer, whatever has changed since.
  Decide<Record> decide = [&](Transaction& transaction) -> Task<absl::StatusOr<Record>> {
    CO_RETURN_IF_ERROR(validate::CheckNewTags(request));
    const Tree tree = tree_();
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    if constexpr (requires { request.place_confirmed(); }) {
      CO_RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, request.area_code(), request));
    }
    const std::string id = NewId(type, transaction.shard());
    CO_ASSIGN_OR_RETURN(Record record, co_await make(transaction, id));
    *((record.*type.mutable_view)()->*type.mutable_id)() = id;
    transaction.Put(type, {}, record);
    type.SetEtag(1, &record);
    co_return record;
  };
  const int shard = ShardOf(request.area_code());
  if (type.created_per_day > 0) {
    CO_ASSIGN_OR_RETURN(Record created,
                        co_await MutateLimited(context, request, type, shard, std::move(decide)));
    co_return Show(context, type, std::move(created));
  }
  CO_ASSIGN_OR_RETURN(Record created,
                      co_await Mutate<Record>(context, request, shard, std::move(decide)));
  co_return Show(context, type, std::move(created));
}

template <class T, class Request>
Task<absl::StatusOr<ViewOf<T>>> Repository::Change(
    rpc::CallContext context, const Request& request, const T& type, std::string id,
    std::function<Task<absl::Status>(Transaction&, RecordOf<T>*)> change) {
  using Record = RecordOf<T>;
  // The answer that is kept is the record: what is sealed in it stays so.
  Decide<Record> decide = [&](Transaction& transaction) -> Task<absl::StatusOr<Record>> {
    CO_ASSIGN_OR_RETURN(const Versioned<Record> before, co_await Load(context, type, id));
    if constexpr (requires { request.etag(); }) {
      CO_RETURN_IF_ERROR(CheckEtag(request.etag(), type.EditOf(before.version, before.record)));
    }
    if constexpr (requires { request.update_mask(); }) {
      CO_RETURN_IF_ERROR(validate::CheckNewTags(request, type.ViewOf(before.record)));
    }
    Record after = before.record;
    CO_RETURN_IF_ERROR(co_await change(transaction, &after));
    transaction.Put(type, before, after);
    type.SetEtag(before.version + 1, &after);
    co_return after;
  };
  CO_ASSIGN_OR_RETURN(Record changed,
                      co_await Mutate<Record>(context, request, ShardOfId(id), std::move(decide)));
  co_return Show(context, type, std::move(changed));
}

template <class T, class Request>
Task<absl::StatusOr<ViewOf<T>>> Repository::Change(
    rpc::CallContext context, const Request& request, const T& type, std::string id,
    std::function<absl::Status(RecordOf<T>*, Time)> change) {
  std::function<Task<absl::Status>(Transaction&, RecordOf<T>*)> apply =
      [&](Transaction& transaction, RecordOf<T>* record) -> Task<absl::Status> {
    co_return change(record, transaction.now());
  };
  co_return co_await Change(context, request, type, std::move(id), std::move(apply));
}

}  // namespace baodao::record
