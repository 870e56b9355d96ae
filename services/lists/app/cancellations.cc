#include "services/lists/app/cancellations.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/details.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/publication.h"

namespace baodao::lists {
namespace {

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

Task<absl::StatusOr<v1::NeedAnswer>> Cancellations::Cancel(rpc::CallContext context,
                                                           v1::CancelNeedRequest request) {
  const store::RequestKey key = record::Repository::RequestKeyOf(context, request);
  const int shard = app_.records.store().keys().ShardOfId(request.need_id());
  record::Decide<v1::NeedAnswer> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedAnswer>> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await Prepare(context, request, key));
    v1::NeedRecord record = before.record;
    if (!record.need().task_id().empty()) {
      const absl::StatusOr<dispatch::v1::Task> task = co_await CancelTask(context, record, request);
      if (IsFinal(task.status())) co_await Forget(context, request.need_id(), key);
      CO_RETURN_IF_ERROR(task.status());
      if (!FollowTask(&record, SnapshotOf(*task), app_.clock.Now())) {
        co_return absl::InternalError("a need cannot follow its cancelled task");
      }
    } else if (record.need().state() != v1::NEED_STATE_CANCELLED ||
               !IsAskedBy(record.cancellation(), key)) {
      CO_RETURN_IF_ERROR(lists::Cancel(record.mutable_need(), request.reason(), app_.clock.Now()));
    }
    transaction.Put(kNeed, before, record);
    co_return AnswerOf(record);
  };
  co_return co_await app_.records.Mutate<v1::NeedAnswer>(context, request, shard,
                                                         std::move(decide));
}

Task<absl::StatusOr<record::Versioned<v1::NeedRecord>>> Cancellations::Prepare(
    rpc::CallContext context, const v1::CancelNeedRequest& request, const store::RequestKey& key) {
  for (int i = 1; i <= kTries; ++i) {
    CO_ASSIGN_OR_RETURN(const record::Versioned<v1::NeedRecord> loaded,
                        co_await app_.records.Load(kNeed, request.need_id()));
    const record::Origin origin = record::OriginOf(context, app_.clock.Now());
    if (loaded.record.publishing()) {
      CO_RETURN_IF_ERROR(co_await publications_.Settle(request.need_id(),
                                                       rpc::CallOptions::From(context), origin));
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
    record::Transaction transaction =
        app_.records.Begin(app_.records.store().keys().ShardOfId(request.need_id()), origin);
    transaction.Put(kNeed, loaded, record);
    CO_ASSIGN_OR_RETURN(const store::CommitOutcome::Kind outcome,
                        co_await app_.records.Commit(std::move(transaction)));
    if (outcome != store::CommitOutcome::Kind::kApplied) {
      co_await app_.records.store().Backoff(i);
    }
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
}

Task<void> Cancellations::Forget(rpc::CallContext context, std::string need_id,
                                 store::RequestKey key) {
  const auto forget = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app_.records.Load(kNeed, need_id));
    if (!IsAskedBy(before.record.cancellation(), key)) co_return absl::OkStatus();
    v1::NeedRecord after = before.record;
    after.clear_cancellation();
    transaction.Put(kNeed, before, after);
    co_return absl::OkStatus();
  };
  const absl::Status status =
      co_await app_.records.Update(app_.records.store().keys().ShardOfId(need_id),
                                   record::OriginOf(context, app_.clock.Now()), forget);
  if (status.ok()) co_return;
  log::Warn("need.cancellation_kept", {{"need", need_id}, {"status", status}},
            std::string(context.trace_id()));
}

Task<absl::StatusOr<dispatch::v1::Task>> Cancellations::CancelTask(
    rpc::CallContext context, const v1::NeedRecord& record, const v1::CancelNeedRequest& request) {
  const v1::Cancellation& by = record.cancellation();
  const std::string& need_id = record.need().need_id();
  dispatch::v1::CancelTaskRequest cancel;
  cancel.set_request_id(
      absl::StrCat(need_id, "-", crypto::Fingerprint(by.caller() + "/" + by.request_id())));
  cancel.set_task_id(record.need().task_id());
  cancel.set_reason(request.reason());
  cancel.set_need_outcome(dispatch::v1::NEED_OUTCOME_CANCEL);
  absl::StatusOr<dispatch::v1::Task> task =
      co_await app_.peers.CancelTask(rpc::CallOptions::From(context), std::move(cancel));
  if (task.ok()) co_return task;
  if (IsDecision(task.status())) co_return RefusalOf(task.status());
  log::Warn("need.cancel_failed", {{"need", need_id}, {"status", task.status()}},
            std::string(context.trace_id()));
  co_return Refuse(Reason::PEER_UNAVAILABLE);
}

}  // namespace baodao::lists
