// The second half of a publication: asks dispatch and writes the outcome down.
#include <absl/strings/str_cat.h>

#include <optional>
#include <utility>

#include "common/areas/geo.h"
#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/details.h"
#include "services/lists/app/publications.h"

namespace baodao::lists {
namespace {

// The key of the request that the running publication answers.
store::RequestKey KeyOf(const v1::NeedRecord& record) {
  return {record.publish_caller(), record.publish_request_id(), record.publish_fingerprint()};
}

}  // namespace

absl::StatusOr<dispatch::v1::PublishTaskRequest> Publications::RequestOf(
    const v1::NeedRecord& record) const {
  dispatch::v1::PublishTaskRequest request = record.publish_request();
  const std::string& need_id = record.need().need_id();
  ASSIGN_OR_RETURN(const v1::NeedDetails details,
                   OpenDetails(app_.key_ring, need_id, record.sealed_details()));
  if (details.has_contact()) {
    request.mutable_contact()->set_name(details.contact().name());
    request.mutable_contact()->set_phone(details.contact().phone());
    request.mutable_contact()->set_address(details.contact().address());
  }
  if (details.has_beneficiary()) {
    request.mutable_contact()->set_beneficiary_name(details.beneficiary().name());
    request.mutable_contact()->set_beneficiary_phone(details.beneficiary().phone());
  }
  // Written down rounded: helpers must find the door. Without it the contact names no place.
  if (areas::IsKnown(details.place())) {
    *request.mutable_place() = details.place();
    *request.mutable_contact()->mutable_place() = details.place();
  }
  // A new one each time: what makes it one task is the need and its attempt.
  request.set_request_id(absl::StrCat(need_id, "-", record.publish_attempt(), "-",
                                      absl::Hex(crypto::RandomBits(), absl::kZeroPad16)));
  return request;
}

Task<absl::Status> Publications::Finish(std::string need_id, rpc::CallOptions options,
                                        record::Origin origin) {
  CO_ASSIGN_OR_RETURN(const record::Versioned<v1::NeedRecord> loaded,
                      co_await app_.records.Load(kNeed, need_id));
  if (!loaded.record.publishing()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(dispatch::v1::PublishTaskRequest request, RequestOf(loaded.record));
  const absl::StatusOr<dispatch::v1::Task> task =
      co_await app_.peers.PublishTask(std::move(options), std::move(request));
  if (!task.ok() && !IsDecision(task.status())) {
    log::Warn("need.publish_pending", {{"need", need_id}, {"status", task.status()}},
              origin.trace_id);
    co_return Refuse(Reason::PEER_UNAVAILABLE);
  }
  co_return co_await Conclude(need_id, loaded.record.publish_attempt(), task, origin);
}

Task<absl::Status> Publications::Conclude(std::string need_id, int attempt,
                                          const absl::StatusOr<dispatch::v1::Task>& task,
                                          record::Origin origin) {
  std::optional<v1::NeedRecord> refused;
  const auto conclude = [&](record::Transaction& transaction) -> Task<absl::Status> {
    refused.reset();
    CO_ASSIGN_OR_RETURN(const auto before, co_await app_.records.Load(kNeed, need_id));
    if (!before.record.publishing() || before.record.publish_attempt() != attempt) {
      co_return absl::OkStatus();  // somebody else was faster
    }
    v1::NeedRecord after = before.record;
    if (!task.ok()) {
      AbandonPublication(&after, attempt, transaction.now());
      refused = before.record;
    } else if (!CompletePublication(&after, SnapshotOf(*task), transaction.now())) {
      co_return absl::InternalError("a publishing need cannot take its task");
    }
    co_return co_await Put(transaction, before, after);
  };
  CO_RETURN_IF_ERROR(
      co_await app_.records.Update(app_.records.ShardOfId(need_id), origin, conclude));
  if (refused) co_await Unmark(*refused);
  co_return task.status();
}

// Nothing came of the request, so nothing of it stays.
Task<void> Publications::Unmark(const v1::NeedRecord& record) {
  const store::RequestKey key = KeyOf(record);
  const int shard = app_.records.ShardOfId(record.need().need_id());
  (co_await app_.records.store().Unmark(shard, key)).IgnoreError();
  if (!ids::IsValid(key.caller, "per")) co_return;
  const int caller_shard = app_.records.ShardOfId(key.caller);
  if (caller_shard != shard) {
    (co_await app_.records.store().Unmark(caller_shard, key)).IgnoreError();
  }
}

Task<absl::Status> Publications::Put(record::Transaction& transaction,
                                     const record::Versioned<v1::NeedRecord>& before,
                                     const v1::NeedRecord& after) {
  transaction.Put(kNeed, before, after);
  if (!before.record.publishing() || after.publishing()) co_return absl::OkStatus();
  transaction.commit().ClearTimer(PublishTimerOf(after.need().need_id()));
  // Only success is kept: a request that was refused is decided anew when it is sent again.
  const bool succeeded =
      !after.need().task_id().empty() ||
      after.need().past_task_ids_size() > before.record.need().past_task_ids_size();
  if (!succeeded) co_return absl::OkStatus();
  const store::RequestKey key = KeyOf(before.record);
  // Where the request_id has an answer already, perhaps another call's, the caller cannot be told,
  // but the need must not hang for as long as that answer is kept.
  CO_ASSIGN_OR_RETURN(const auto known,
                      co_await app_.records.store().FindAnswer(transaction.shard(), key));
  if (known) co_return absl::OkStatus();
  v1::NeedRecord answer = after;
  kNeed.SetEtag(before.version + 1, &answer);
  transaction.commit().Answer(key, answer.SerializeAsString());
  co_return absl::OkStatus();
}

Task<absl::Status> Publications::Settle(std::string need_id, rpc::CallOptions options,
                                        record::Origin origin) {
  const absl::Status finished = co_await Finish(need_id, std::move(options), origin);
  if (!finished.ok() && !IsDecision(finished)) co_return finished;
  if (!finished.ok()) log::Info("need.publish_refused", {{"need", need_id}, {"status", finished}});
  co_return absl::OkStatus();
}

Task<absl::Status> Publications::Resume(std::string need_id) {
  const record::Origin origin = record::OriginOf("lists", app_.clock.Now());
  CO_RETURN_IF_ERROR(co_await Settle(need_id, rpc::CallOptions::Tracing(origin.trace_id), origin));
  const int shard = app_.records.ShardOfId(need_id);
  const auto clear = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto need, co_await app_.records.Find(kNeed, need_id));
    if (need.record.publishing()) co_return absl::UnavailableError("published anew");
    // Nothing runs: the timer has nothing to look after. The version makes sure that it stays so.
    transaction.Expect(kNeed, need_id, need.version);
    transaction.commit().ClearTimer(PublishTimerOf(need_id));
    co_return absl::OkStatus();
  };
  co_return co_await app_.records.Update(shard, origin, clear);
}

}  // namespace baodao::lists
