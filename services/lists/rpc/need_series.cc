// NeedSeriesService.
#include "services/lists/app/need_series.h"

#include <functional>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/consent.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

using SeriesAnswer = Task<absl::StatusOr<v1::NeedSeries>>;
using SeriesList = Task<absl::StatusOr<v1::ListNeedSeriesResponse>>;

SeriesAnswer CreateNeedSeries(App& app, rpc::CallContext context,
                              v1::CreateNeedSeriesRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const record::Decide<v1::NeedSeriesRecord> repeat =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedSeriesRecord>> {
    CO_RETURN_IF_ERROR(co_await CheckConsent(app, context));
    co_return co_await Repeat(app, transaction, request, context.caller().person_id);
  };
  const int shard = app.records.ShardOfId(request.need_id());
  CO_ASSIGN_OR_RETURN(v1::NeedSeriesRecord made, co_await app.records.MutateLimited(
                                                     context, request, kNeedSeries, shard, repeat));
  co_return app.records.Show(context, kNeedSeries, std::move(made));
}

SeriesAnswer GetNeedSeries(App& app, rpc::CallContext context, v1::GetNeedSeriesRequest request) {
  return app.records.Get(std::move(context), kNeedSeries, request.need_series_id());
}

absl::Status AddWithoutOccurrences(v1::ListNeedSeriesResponse* response,
                                   record::Versioned<v1::NeedSeriesRecord>&& found) {
  v1::NeedSeries& series = *response->add_series();
  series = std::move(*found.record.mutable_series());
  series.clear_occurrences();
  return absl::OkStatus();
}

SeriesList ListNeedSeries(App& app, rpc::CallContext context, v1::ListNeedSeriesRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kNeedSeries, request));
  co_return co_await app.records.List<v1::ListNeedSeriesResponse>(
      context, kNeedSeries, request, std::move(query), &AddWithoutOccurrences);
}

SeriesList ListMyNeedSeries(App& app, rpc::CallContext context,
                            v1::ListMyNeedSeriesRequest request) {
  co_return co_await app.records.List<v1::ListNeedSeriesResponse>(
      context, kNeedSeries, request,
      app.records.Of(kNeedSeries, context.caller().person_id, request.states()),
      &AddWithoutOccurrences);
}

using SeriesChange =
    std::function<Task<absl::Status>(record::Transaction&, v1::NeedSeriesRecord* record)>;

template <class Request>
SeriesAnswer ChangeSeries(App& app, rpc::CallContext context, const Request& request,
                          SeriesChange change) {
  const record::Decide<v1::NeedSeriesRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedSeriesRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kNeedSeries, request.need_series_id()));
    v1::NeedSeriesRecord after = before.record;
    CO_RETURN_IF_ERROR(co_await change(transaction, &after));
    CO_RETURN_IF_ERROR(co_await PutNeedSeries(app, transaction, before, after));
    co_return after;
  };
  const int shard = app.records.ShardOfId(request.need_series_id());
  CO_ASSIGN_OR_RETURN(
      v1::NeedSeriesRecord changed,
      co_await app.records.Mutate<v1::NeedSeriesRecord>(context, request, shard, decide));
  co_return app.records.Show(context, kNeedSeries, std::move(changed));
}

SeriesAnswer ReviewNeedSeries(App& app, rpc::CallContext context,
                              v1::ReviewNeedSeriesRequest request) {
  const SeriesChange review = [&](record::Transaction& transaction,
                                  v1::NeedSeriesRecord* record) -> Task<absl::Status> {
    CO_RETURN_IF_ERROR(lists::Review(record, request, transaction.now()));
    if (request.verdict() != v1::NEED_SERIES_VERDICT_ACCEPT) co_return absl::OkStatus();
    co_return co_await CheckUnedited(app, transaction, *record);
  };
  co_return co_await ChangeSeries(app, context, request, review);
}

SeriesAnswer SkipOccurrence(App& app, rpc::CallContext context, v1::SkipOccurrenceRequest request) {
  const SeriesChange skip = [&](record::Transaction& transaction,
                                v1::NeedSeriesRecord* record) -> Task<absl::Status> {
    const v1::NeedSeriesState before = record->series().state();
    CO_RETURN_IF_ERROR(Skip(record, ToTime(request.start_time()), transaction.now()));
    events::v1::Event event;
    events::v1::NeedSeriesChanged& changed = *event.mutable_need_series_changed();
    *changed.mutable_series() = record->series();
    changed.mutable_series()->clear_occurrences();
    changed.mutable_series()->set_state(before);  // that it is over now is an event of its own
    changed.set_before(before);
    *changed.mutable_skipped() = request.start_time();
    transaction.Emit(std::move(event));
    co_return absl::OkStatus();
  };
  co_return co_await ChangeSeries(app, context, request, skip);
}

SeriesAnswer EndNeedSeries(App& app, rpc::CallContext context, v1::EndNeedSeriesRequest request) {
  const SeriesChange end = [&](record::Transaction& transaction,
                               v1::NeedSeriesRecord* record) -> Task<absl::Status> {
    co_return lists::End(record, request.reason(), transaction.now());
  };
  co_return co_await ChangeSeries(app, context, request, end);
}

}  // namespace

void RegisterNeedSeries(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.NeedSeriesService/";
  router.Unary(service + "CreateNeedSeries", app, &CreateNeedSeries);
  router.Unary(service + "GetNeedSeries", app, &GetNeedSeries);
  router.Unary(service + "ListNeedSeries", app, &ListNeedSeries);
  router.Unary(service + "ListMyNeedSeries", app, &ListMyNeedSeries);
  router.Unary(service + "ReviewNeedSeries", app, &ReviewNeedSeries);
  router.Unary(service + "SkipOccurrence", app, &SkipOccurrence);
  router.Unary(service + "EndNeedSeries", app, &EndNeedSeries);
}

}  // namespace baodao::lists
