#include "services/lists/rpc/cancellations.h"

#include <absl/strings/str_cat.h>

#include <functional>
#include <utility>

#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/publication.h"

namespace baodao::lists {
namespace {

using CancelDecision = Decision<v1::NeedAnswer>;
using DecideCancel = std::function<Task<absl::StatusOr<CancelDecision>>()>;

bool IsAskedBy(const v1::Cancellation& cancellation, const store::RequestKey& key) {
  return cancellation.caller() == key.caller && cancellation.request_id() == key.request_id &&
         cancellation.fingerprint() == key.fingerprint;
}

// What dispatch's refusal means for the need.
absl::Status RefusalOf(const absl::Status& status) {
  if (!Is(status, Reason::WRONG_STATE)) return status;
  const std::string state = MetadataOf(status)["state"];
  // It is over already: the need is about to hear of it.
  if (state == "CANCELLED" || state == "EXPIRED") return Refuse(Reason::CONFLICT_RETRY);
  return Refuse(Reason::NEED_IN_SERVICE);
}

// Whether CancelTask was refused for good: the need is not cancelled by this request.
bool IsFinal(const absl::Status& status) {
  return !status.ok() && !Is(status, Reason::PEER_UNAVAILABLE) &&
         !Is(status, Reason::CONFLICT_RETRY);
}

}  // namespace

Task<absl::StatusOr<v1::NeedAnswer>> Cancellations::Cancel(rpc::CallContext ctx,
                                                           v1::CancelNeedRequest request) {
  const store::RequestKey key = KeyOf(ctx, request);
  const int shard = deps_.lists.keys().ShardOf(request.need_id());
  DecideCancel decide = [&]() -> Task<absl::StatusOr<CancelDecision>> {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded, co_await Prepare(ctx, request, key));
    v1::NeedRecord record = loaded.record;
    if (!record.need().task_id().empty()) {
      const absl::StatusOr<dispatch::v1::Task> task = co_await CancelTask(ctx, record, request);
      if (IsFinal(task.status())) co_await Forget(ctx, request.need_id(), key);
      CO_RETURN_IF_ERROR(task.status());
      if (!FollowTask(&record, SightOf(*task), deps_.clock.Now())) {
        co_return absl::InternalError("a need cannot follow its cancelled task");
      }
    } else if (record.need().state() != v1::NEED_STATE_CANCELLED ||
               !IsAskedBy(record.cancellation(), key)) {
      CO_RETURN_IF_ERROR(lists::Cancel(record.mutable_need(), request.reason(), deps_.clock.Now()));
    }
    Changes changes(shard);
    deps_.lists.Put(&changes, loaded, record, OriginOf(ctx, deps_.clock.Now()));
    v1::NeedAnswer answer;
    *answer.mutable_need() = record.need();
    answer.set_sealed_details(record.sealed_details());
    co_return CancelDecision{std::move(changes), std::move(answer)};
  };
  co_return co_await deps_.lists.Mutate<v1::NeedAnswer>(key, CallerShard(ctx, deps_.lists, shard),
                                                        shard, decide);
}

Task<absl::StatusOr<Loaded<v1::NeedRecord>>> Cancellations::Prepare(
    rpc::CallContext ctx, const v1::CancelNeedRequest& request, const store::RequestKey& key) {
  for (int i = 1; i <= kTries; ++i) {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded,
                        co_await deps_.lists.LoadNeed(request.need_id()));
    const Origin origin = OriginOf(ctx, deps_.clock.Now());
    if (loaded.record.publishing()) {
      CO_RETURN_IF_ERROR(
          co_await publications_.Settle(request.need_id(), rpc::CallOptions::From(ctx), origin));
      continue;
    }
    if (loaded.record.need().task_id().empty()) co_return loaded;
    if (IsAskedBy(loaded.record.cancellation(), key)) co_return loaded;
    v1::NeedRecord record = loaded.record;
    v1::Need trial = record.need();
    CO_RETURN_IF_ERROR(lists::Cancel(&trial, request.reason(), origin.now));
    record.mutable_cancellation()->set_caller(key.caller);
    record.mutable_cancellation()->set_request_id(key.request_id);
    record.mutable_cancellation()->set_fingerprint(key.fingerprint);
    Changes changes(deps_.lists.keys().ShardOf(request.need_id()));
    deps_.lists.Put(&changes, loaded, record, origin);
    CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome,
                        co_await deps_.lists.Apply(std::move(changes)));
    if (outcome.kind != store::CommitOutcome::Kind::kApplied) {
      co_await deps_.lists.store().Backoff(i);
    }
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
}

Task<void> Cancellations::Forget(rpc::CallContext ctx, std::string need_id, store::RequestKey key) {
  absl::Status status;
  for (int i = 1; i <= kTries; ++i) {
    const auto loaded = co_await deps_.lists.LoadNeed(need_id);
    status = loaded.status();
    if (!status.ok()) break;
    if (!IsAskedBy(loaded->record.cancellation(), key)) co_return;
    v1::NeedRecord record = loaded->record;
    record.clear_cancellation();
    Changes changes(deps_.lists.keys().ShardOf(need_id));
    deps_.lists.Put(&changes, *loaded, record, OriginOf(ctx, deps_.clock.Now()));
    const auto outcome = co_await deps_.lists.Apply(std::move(changes));
    if (outcome.ok() && outcome->kind == store::CommitOutcome::Kind::kApplied) co_return;
    status = outcome.status();
    co_await deps_.lists.store().Backoff(i);
  }
  log::Warn("need.cancellation_kept", {{"need", need_id}, {"status", status}},
            std::string(ctx.trace_id()));
}

Task<absl::StatusOr<dispatch::v1::Task>> Cancellations::CancelTask(
    rpc::CallContext ctx, const v1::NeedRecord& record, const v1::CancelNeedRequest& request) {
  const v1::Cancellation& by = record.cancellation();
  const std::string& need_id = record.need().need_id();
  dispatch::v1::CancelTaskRequest cancel;
  cancel.set_request_id(
      absl::StrCat(need_id, "-", crypto::Fingerprint(by.caller() + "/" + by.request_id())));
  cancel.set_task_id(record.need().task_id());
  cancel.set_reason(request.reason());
  cancel.set_need_outcome(dispatch::v1::NEED_OUTCOME_CANCEL);
  absl::StatusOr<dispatch::v1::Task> task =
      co_await deps_.peers.CancelTask(rpc::CallOptions::From(ctx), std::move(cancel));
  if (task.ok()) co_return task;
  if (IsDecision(task.status())) co_return RefusalOf(task.status());
  log::Warn("need.cancel_failed", {{"need", need_id}, {"status", task.status()}},
            std::string(ctx.trace_id()));
  co_return Refuse(Reason::PEER_UNAVAILABLE);
}

}  // namespace baodao::lists
