#include "services/lists/app/account.h"

#include <utility>

#include "common/record/closed_accounts.h"
#include "common/record/erase.h"
#include "common/status/macros.h"

namespace baodao::lists {
namespace {

// Adds the name of the type where one of the person's is not over.
template <class T>
Task<absl::Status> AddOpen(App& app, const T& type, const std::string& person_id,
                           v1::Obligations* obligations) {
  const std::function<bool(const record::RecordOf<T>&)> open =
      [&type](const record::RecordOf<T>& record) { return !type.over(type.StateOf(record)); };
  record::PageQuery query = app.records.Of(type, person_id);
  query.size = 1;
  do {
    CO_ASSIGN_OR_RETURN(const auto page, co_await app.records.ReadPage(type, query, open));
    if (!page.records.empty()) {
      obligations->add_kinds(record::Named<record::RecordOf<T>>().name());
      break;
    }
    query.after = page.next;
  } while (!query.after.empty());
  co_return absl::OkStatus();
}

void EraseNeed(v1::NeedRecord* record) {
  record->clear_sealed_details();
  record->clear_publish_request();
  v1::Need& need = *record->mutable_need();
  need.clear_description();
  need.clear_place();
  need.clear_review_comment();
  need.clear_cancel_reason();
}

void EraseSeries(v1::NeedSeriesRecord* record) {
  record->clear_sealed_details();
  record->mutable_need()->clear_description();
  record->mutable_need()->clear_place();
  record->mutable_series()->clear_review_comment();
  record->mutable_series()->clear_end_reason();
}

void EraseBooking(v1::BookingRecord* record) {
  record->mutable_booking()->clear_note();
  record->mutable_booking()->clear_comment();
}

void EraseResource(v1::ResourceRecord* record) {
  record->clear_sealed_place();
  v1::Resource& resource = *record->mutable_resource();
  resource.clear_description();
  resource.clear_place();
  resource.clear_withdraw_reason();
}

template <class T>
Task<absl::Status> EraseOwned(App& app, const T& type, const std::string& person_id,
                              record::Origin origin,
                              std::function<void(record::RecordOf<T>*)> erase) {
  const record::PageQuery owned = app.records.Of(type, person_id);
  co_return co_await record::Erase(app.records, type, owned, std::move(origin), std::move(erase));
}

}  // namespace

Task<absl::StatusOr<v1::Obligations>> ObligationsOf(App& app, std::string person_id) {
  v1::Obligations obligations;
  CO_RETURN_IF_ERROR(co_await AddOpen(app, kNeed, person_id, &obligations));
  CO_RETURN_IF_ERROR(co_await AddOpen(app, kNeedSeries, person_id, &obligations));
  CO_RETURN_IF_ERROR(co_await AddOpen(app, kBooking, person_id, &obligations));
  CO_RETURN_IF_ERROR(co_await AddOpen(app, kResource, person_id, &obligations));
  co_return obligations;
}

Task<absl::Status> EraseAccount(App& app, std::string person_id, record::Origin origin) {
  record::ClosedAccounts closed(app.records.store());
  CO_RETURN_IF_ERROR(co_await closed.Close(person_id));
  const std::function<void(v1::NeedRecord*)> need = EraseNeed;
  CO_RETURN_IF_ERROR(co_await EraseOwned(app, kNeed, person_id, origin, need));
  const std::function<void(v1::NeedSeriesRecord*)> series = EraseSeries;
  CO_RETURN_IF_ERROR(co_await EraseOwned(app, kNeedSeries, person_id, origin, series));
  const std::function<void(v1::BookingRecord*)> booking = EraseBooking;
  CO_RETURN_IF_ERROR(co_await EraseOwned(app, kBooking, person_id, origin, booking));
  const std::function<void(v1::ResourceRecord*)> resource = EraseResource;
  co_return co_await EraseOwned(app, kResource, person_id, origin, resource);
}

}  // namespace baodao::lists
