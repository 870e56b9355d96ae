#include "services/lists/app/publications.h"

#include <utility>

#include "common/areas/geo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/timers/timer_loop.h"
#include "services/lists/app/details.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {
namespace {

constexpr int kTries = 8;

// A need with an address and no place is listed at the centre of its area, or of the nearest area
// above that has one.
common::v1::GeoPoint CentreOf(const areas::AreaTree& tree, const std::string& area_code) {
  const areas::Area* area = tree.Find(area_code);
  if (area != nullptr && areas::IsKnown(area->center())) return area->center();
  for (const areas::Area* above : tree.Ancestors(area_code)) {
    if (areas::IsKnown(above->center())) return above->center();
  }
  return {};
}

Publisher PublisherOf(const rpc::CallContext& context, const store::RequestKey& key) {
  return {context.caller().person_id, key.caller, key.request_id, key.fingerprint};
}

}  // namespace

std::string PublishTimerOf(const std::string& need_id) {
  return timers::Member(kPublishTimer, need_id);
}

Task<absl::StatusOr<v1::NeedRecord>> Publications::Publish(rpc::CallContext context,
                                                           v1::PublishNeedRequest request) {
  const int shard = app_.records.ShardOfId(request.need_id());
  const store::RequestKey key = record::Repository::RequestKeyOf(context, request);
  CO_ASSIGN_OR_RETURN(std::optional<v1::NeedRecord> known, co_await Begin(context, request, key));
  if (known) co_return *std::move(known);
  const record::Origin origin = record::OriginOf(context, app_.clock.Now());
  const absl::Status finished =
      co_await Finish(request.need_id(), rpc::CallOptions::From(context), origin);
  CO_ASSIGN_OR_RETURN(known, co_await FindAnswer(shard, key));
  if (known) co_return *std::move(known);
  CO_RETURN_IF_ERROR(finished);
  // The timer was faster and dispatch refused it: the next try is decided anew.
  co_return Refuse(Reason::PEER_UNAVAILABLE);
}

Task<absl::StatusOr<std::optional<v1::NeedRecord>>> Publications::FindAnswer(
    int shard, store::RequestKey key) {
  return store::FindAnswer<v1::NeedRecord>(app_.records.store(), shard, std::move(key));
}

absl::Status Publications::BeginOn(v1::NeedRecord* record, const v1::PublishNeedRequest& request,
                                   const Publisher& publisher, Time now) const {
  common::v1::GeoPoint place = record->need().place();
  if (!areas::IsKnown(place)) place = CentreOf(*app_.records.tree(), record->need().area_code());
  RETURN_IF_ERROR(BeginPublication(record, request, publisher, place, now));
  ASSIGN_OR_RETURN(const v1::NeedDetails details,
                   OpenDetails(app_.key_ring, record->need().need_id(), record->sealed_details()));
  return CheckFindable(details);
}

Task<absl::StatusOr<std::optional<v1::NeedRecord>>> Publications::Begin(
    const rpc::CallContext& context, const v1::PublishNeedRequest& request, store::RequestKey key) {
  const int shard = app_.records.ShardOfId(request.need_id());
  bool marked = false;
  absl::StatusOr<bool> begun = false;
  for (int i = 0; i < kTries && begun.ok(); ++i) {
    CO_ASSIGN_OR_RETURN(std::optional<v1::NeedRecord> known, co_await FindAnswer(shard, key));
    if (known) co_return known;
    begun = co_await TryBegin(context, request, key, &marked);
    if (begun.ok() && *begun) co_return known;
    if (begun.ok()) co_await app_.records.store().Backoff(i + 1);
  }
  const absl::Status refusal = begun.ok() ? Refuse(Reason::CONFLICT_RETRY) : begun.status();
  bool copy_runs = false;
  if (marked && IsRefusal(refusal) && !absl::IsUnavailable(refusal)) {
    CO_ASSIGN_OR_RETURN(copy_runs, co_await UnmarkUnlessBegun(context, request, key));
  }
  // Perhaps the first try of this very request has succeeded meanwhile; or the request_id belongs
  // to another one.
  CO_ASSIGN_OR_RETURN(std::optional<v1::NeedRecord> known, co_await FindAnswer(shard, key));
  if (known || copy_runs) co_return known;
  CO_RETURN_IF_ERROR((co_await FindAnswer(app_.records.CallerShard(context, shard), key)).status());
  co_return refusal;
}

Task<absl::StatusOr<bool>> Publications::UnmarkUnlessBegun(const rpc::CallContext& context,
                                                           const v1::PublishNeedRequest& request,
                                                           const store::RequestKey& key) {
  const int shard = app_.records.ShardOfId(request.need_id());
  const int caller_shard = app_.records.CallerShard(context, shard);
  (co_await app_.records.store().Unmark(caller_shard, key)).IgnoreError();
  CO_ASSIGN_OR_RETURN(const auto known, co_await app_.records.store().FindAnswer(shard, key));
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app_.records.Load(kNeed, request.need_id()));
  const bool runs = IsPublishedBy(loaded.record, PublisherOf(context, key));
  if (runs || (known && known->same_payload)) {
    CO_RETURN_IF_ERROR((co_await app_.records.store().MarkRequest(caller_shard, key)).status());
  }
  co_return runs;
}

Task<absl::StatusOr<bool>> Publications::TryBegin(const rpc::CallContext& context,
                                                  const v1::PublishNeedRequest& request,
                                                  const store::RequestKey& key, bool* marked) {
  const Publisher publisher = PublisherOf(context, key);
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app_.records.Load(context, kNeed, request.need_id()));
  if (IsPublishedBy(loaded.record, publisher)) co_return true;
  if (loaded.record.publishing() && loaded.record.publish_caller() == key.caller &&
      loaded.record.publish_request_id() == key.request_id) {
    co_return Refuse(Reason::REQUEST_ID_REUSED);
  }
  const int shard = app_.records.ShardOfId(request.need_id());
  record::Transaction transaction =
      app_.records.Begin(shard, record::OriginOf(context, app_.clock.Now()));
  v1::NeedRecord record = loaded.record;
  CO_RETURN_IF_ERROR(BeginOn(&record, request, publisher, transaction.now()));
  const int caller_shard = app_.records.CallerShard(context, shard);
  bool met = false;  // a mark of a copy of this request, which may take it back
  if (caller_shard != shard && !*marked) {
    CO_ASSIGN_OR_RETURN(const store::Marking marking,
                        co_await app_.records.store().MarkRequest(caller_shard, key));
    if (marking == store::Marking::kReused) co_return Refuse(Reason::REQUEST_ID_REUSED);
    *marked = marking == store::Marking::kNew;
    met = !*marked;
  }
  transaction.Put(kNeed, loaded, record);
  // The answer comes with a later commit: until then nothing else may take the request_id.
  transaction.commit().Mark(key);
  transaction.commit().SetTimer(PublishTimerOf(request.need_id()),
                                transaction.now() + kPublishRetry);
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome::Kind outcome,
                      co_await app_.records.Commit(std::move(transaction)));
  if (outcome == store::CommitOutcome::Kind::kReplayed) {
    co_return Refuse(Reason::REQUEST_ID_REUSED);
  }
  const bool begun = outcome == store::CommitOutcome::Kind::kApplied;
  if (begun && met) {
    CO_RETURN_IF_ERROR((co_await app_.records.store().MarkRequest(caller_shard, key)).status());
  }
  co_return begun;
}

}  // namespace baodao::lists
