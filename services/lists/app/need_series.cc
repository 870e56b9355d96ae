#include "services/lists/app/need_series.h"

#include <optional>
#include <utility>

#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/details.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {
namespace {

// Counts the series among the open ones of its person, or no more.
Task<absl::Status> CountSeries(App& app, record::Transaction& transaction,
                               v1::NeedSeriesRecord record) {
  const v1::NeedSeries& series = record.series();
  const std::string key = OpenNeedSeriesKey(app.records.store().keys(), transaction.shard(),
                                            record.counted_in(), series.requester_id());
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await app.records.store().Get(key));
  CO_ASSIGN_OR_RETURN(auto open, record::Parse<v1::OpenNeedSeries>(stored));
  if (IsOpen(series.state())) {
    CO_RETURN_IF_ERROR(CountIn(&open.record, series.need_series_id()));
  } else {
    CountOut(&open.record, series.need_series_id());
  }
  // Also where there are none: a record made anew would have versions that it had before.
  transaction.commit().Put(key, open.version, open.record.SerializeAsString());
  co_return absl::OkStatus();
}

Task<absl::Status> CheckUnrepeated(App& app, std::string series_id) {
  if (series_id.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto series, co_await app.records.Load(kNeedSeries, series_id));
  if (!IsOpen(series.record.series().state())) co_return absl::OkStatus();
  co_return Refuse(Reason::ALREADY_EXISTS, {{"type", "need_series"}, {"id", series_id}});
}

Task<absl::Status> EndForRegistration(App& app, std::string id, record::Origin origin) {
  const auto end = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(kNeedSeries, id));
    if (!IsOpen(before.record.series().state())) co_return absl::OkStatus();
    v1::NeedSeriesRecord after = before.record;
    CO_RETURN_IF_ERROR(End(&after, "", transaction.now()));
    after.mutable_series()->set_registration_ended(true);
    co_return co_await PutNeedSeries(app, transaction, before, after);
  };
  co_return co_await app.records.Update(app.records.ShardOfId(id), std::move(origin), end);
}

}  // namespace

Task<absl::StatusOr<v1::NeedSeriesRecord>> Repeat(App& app, record::Transaction& transaction,
                                                  v1::CreateNeedSeriesRequest request,
                                                  std::string person_id) {
  CO_ASSIGN_OR_RETURN(const auto found, co_await app.records.Load(kNeed, request.need_id()));
  v1::NeedRecord need = found.record;
  if (need.need().requester_id() != person_id) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_RETURN_IF_ERROR(co_await CheckUnrepeated(app, need.need().need_series_id()));
  CO_ASSIGN_OR_RETURN(v1::NeedSeriesRecord record,
                      NewNeedSeries(request, need.need(), transaction.now()));
  const std::string id = record::Repository::NewId(kNeedSeries, transaction.shard());
  record.mutable_series()->set_need_series_id(id);
  record.set_need_edits(need.edits());
  record.set_counted_in(CountedIn(*app.records.tree(), need.need().area_code()));
  CO_ASSIGN_OR_RETURN(const v1::NeedDetails details,
                      OpenDetails(app.key_ring, need.need().need_id(), need.sealed_details()));
  record.set_sealed_details(SealDetails(app.key_ring, id, details));
  need.mutable_need()->set_need_series_id(id);
  transaction.Put(kNeed, found, need);
  const record::Versioned<v1::NeedSeriesRecord> none;
  CO_RETURN_IF_ERROR(co_await PutNeedSeries(app, transaction, none, record));
  co_return record;
}

Task<absl::Status> CheckUnedited(App& app, record::Transaction& transaction,
                                 v1::NeedSeriesRecord record) {
  const std::string& id = record.series().need_id();
  CO_ASSIGN_OR_RETURN(const auto need, co_await app.records.Load(kNeed, id));
  if (need.record.edits() != record.need_edits()) co_return Refuse(Reason::STALE_VERSION);
  // One that is retired is edited no more.
  if (!need.retired) transaction.Expect(kNeed, id, need.version);
  co_return absl::OkStatus();
}

Task<absl::Status> PutNeedSeries(App& app, record::Transaction& transaction,
                                 record::Versioned<v1::NeedSeriesRecord> before,
                                 v1::NeedSeriesRecord after) {
  const bool was_open = IsOpen(before.record.series().state());
  if (was_open != IsOpen(after.series().state())) {
    CO_RETURN_IF_ERROR(co_await CountSeries(app, transaction, after));
  }
  transaction.Put(kNeedSeries, before, after);
  co_return absl::OkStatus();
}

Task<absl::Status> LapseNeedSeries(App& app, record::Transaction& transaction,
                                   record::Versioned<v1::NeedSeriesRecord> before) {
  v1::NeedSeriesRecord after = before.record;
  std::optional<v1::Need> due = PassTime(&after, transaction.now());
  if (due) {
    v1::NeedRecord need;
    const std::string id = record::Repository::NewId(kNeed, transaction.shard());
    due->set_need_id(id);
    *need.mutable_need() = *std::move(due);
    CO_ASSIGN_OR_RETURN(
        const v1::NeedDetails details,
        OpenDetails(app.key_ring, after.series().need_series_id(), after.sealed_details()));
    need.set_sealed_details(SealDetails(app.key_ring, id, details));
    const record::Versioned<v1::NeedRecord> none;
    transaction.Put(kNeed, none, need);
  }
  co_return co_await PutNeedSeries(app, transaction, before, after);
}

Task<absl::Status> EndNeedSeriesOf(App& app, std::string person_id, std::string area_code,
                                   record::Origin origin) {
  const auto tree = app.records.tree();
  const auto concerned = [&](const v1::NeedSeriesRecord& record) {
    const std::string& area = record.series().area_code();
    return IsOpen(record.series().state()) &&
           (tree->Covers(area_code, area) || tree->Covers(area, area_code));
  };
  record::PageQuery query = app.records.Of(kNeedSeries, person_id);
  query.size = 100;
  do {
    CO_ASSIGN_OR_RETURN(const auto page,
                        co_await app.records.ReadPage(kNeedSeries, query, concerned));
    for (const auto& found : page.records) {
      const std::string& id = found.record.series().need_series_id();
      CO_RETURN_IF_ERROR(co_await EndForRegistration(app, id, origin));
    }
    query.after = page.next;
  } while (!query.after.empty());
  co_return absl::OkStatus();
}

}  // namespace baodao::lists
