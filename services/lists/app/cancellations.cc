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

constexpr int kSettlings = 8;  // of one need that is published again and again

bool IsAskedBy(const v1::Cancellation& cancellation, const store::RequestKey& key) {
  return cancellation.caller() == key.caller && cancellation.request_id() == key.request_id &&
         cancellation.fingerprint() == key.fingerprint;
}

// Translates a refusal of dispatch into one about the need.
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

Task<absl::StatusOr<v1::NeedRecord>> Cancellations::Cancel(rpc::CallContext context,
                                                           v1::CancelNeedRequest request) {
  const store::RequestKey key = record::Repository::RequestKeyOf(context, request);
  const int shard = app_.records.ShardOfId(request.need_id());
  record::Decide<v1::NeedRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedRecord>> {
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
    kNeed.SetEtag(before.version + 1, &record);
    co_return record;
  };
  co_return co_await app_.records.Mutate<v1::NeedRecord>(context, request, shard,
                                                         std::move(decide));
}

Task<absl::StatusOr<record::Versioned<v1::NeedRecord>>> Cancellations::Prepare(
    rpc::CallContext context, const v1::CancelNeedRequest& request, const store::RequestKey& key) {
  const record::Origin origin = record::OriginOf(context, app_.clock.Now());
  record::Versioned<v1::NeedRecord> need;
  const auto prepare = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(need, co_await app_.records.Load(context, kNeed, request.need_id()));
    for (int i = 0; need.record.publishing(); ++i) {
      if (i == kSettlings) co_return Refuse(Reason::CONFLICT_RETRY);
      CO_RETURN_IF_ERROR(co_await publications_.Settle(request.need_id(),
                                                       rpc::CallOptions::From(context), origin));
      CO_ASSIGN_OR_RETURN(need, co_await app_.records.Load(kNeed, request.need_id()));
    }
    if (need.record.need().task_id().empty()) co_return absl::OkStatus();
    if (IsAskedBy(need.record.cancellation(), key)) co_return absl::OkStatus();
    v1::Need trial = need.record.need();
    CO_RETURN_IF_ERROR(lists::Cancel(&trial, request.reason(), transaction.now()));
    const record::Versioned<v1::NeedRecord> before = need;
    v1::Cancellation& cancellation = *need.record.mutable_cancellation();
    cancellation.set_caller(key.caller);
    cancellation.set_request_id(key.request_id);
    cancellation.set_fingerprint(key.fingerprint);
    transaction.Put(kNeed, before, need.record);
    ++need.version;
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(
      co_await app_.records.Update(app_.records.ShardOfId(request.need_id()), origin, prepare));
  co_return need;
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
  const absl::Status status = co_await app_.records.Update(
      app_.records.ShardOfId(need_id), record::OriginOf(context, app_.clock.Now()), forget);
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
