// What became of a publication: asking dispatch, and writing the outcome down.
#include <absl/strings/str_cat.h>

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
  for (int i = 0; i < kTries; ++i) {
    CO_ASSIGN_OR_RETURN(const record::Versioned<v1::NeedRecord> loaded,
                        co_await app_.records.Load(kNeed, need_id));
    if (!loaded.record.publishing() || loaded.record.publish_attempt() != attempt) {
      co_return task.status();
    }
    v1::NeedRecord record = loaded.record;
    origin.now = app_.clock.Now();
    if (task.ok()) {
      if (!CompletePublication(&record, SnapshotOf(*task), origin.now)) {
        co_return absl::InternalError("a publishing need cannot take its task");
      }
    } else {
      AbandonPublication(&record, attempt, origin.now);
    }
    CO_ASSIGN_OR_RETURN(const bool saved, co_await Save(loaded, record, origin));
    if (saved && !task.ok()) co_await Unmark(loaded.record);
    if (saved) co_return task.status();
    co_await app_.records.store().Backoff(i + 1);
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
}

// Nothing came of the request, so nothing of it stays.
Task<void> Publications::Unmark(const v1::NeedRecord& record) {
  const store::RequestKey key{record.publish_caller(), record.publish_request_id(),
                              record.publish_fingerprint()};
  const int shard = app_.records.store().keys().ShardOfId(record.need().need_id());
  (co_await app_.records.store().Unmark(shard, key)).IgnoreError();
  if (!ids::IsValid(key.caller, "per")) co_return;
  const int caller_shard = app_.records.store().keys().ShardOfId(key.caller);
  if (caller_shard != shard) {
    (co_await app_.records.store().Unmark(caller_shard, key)).IgnoreError();
  }
}

Task<absl::StatusOr<bool>> Publications::Save(const record::Versioned<v1::NeedRecord>& before,
                                              const v1::NeedRecord& after, record::Origin origin) {
  using Kind = store::CommitOutcome::Kind;
  CO_ASSIGN_OR_RETURN(Kind kind, co_await Write(before, after, origin, true));
  // The request_id has an answer already, perhaps another call's: the caller cannot be told, but
  // the need must not hang for as long as that answer is kept.
  if (kind == Kind::kReplayed) {
    CO_ASSIGN_OR_RETURN(kind, co_await Write(before, after, origin, false));
  }
  co_return kind == Kind::kApplied;
}

Task<absl::StatusOr<store::CommitOutcome::Kind>> Publications::Write(
    const record::Versioned<v1::NeedRecord>& before, const v1::NeedRecord& after,
    const record::Origin& origin, bool answer_caller) {
  record::Transaction transaction =
      app_.records.Begin(app_.records.store().keys().ShardOfId(after.need().need_id()), origin);
  transaction.Put(kNeed, before, after);
  if (before.record.publishing() && !after.publishing()) {
    transaction.commit().ClearTimer(PublishTimerOf(after.need().need_id()));
    // Only success is kept: a request that was refused is decided anew when it is sent again.
    const bool succeeded =
        !after.need().task_id().empty() ||
        after.need().past_task_ids_size() > before.record.need().past_task_ids_size();
    if (succeeded && answer_caller) {
      transaction.commit().Answer(
          {before.record.publish_caller(), before.record.publish_request_id(),
           before.record.publish_fingerprint()},
          AnswerOf(after).SerializeAsString());
    }
  }
  co_return co_await app_.records.Commit(std::move(transaction));
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
  const int shard = app_.records.store().keys().ShardOfId(need_id);
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
