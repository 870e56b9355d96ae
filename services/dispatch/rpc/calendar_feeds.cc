// CalendarService.
#include <optional>
#include <utility>

#include "common/crypto/random.h"
#include "common/paging/page_token.h"
#include "common/record/closed_accounts.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/calendar_feed.h"
#include "services/dispatch/app/ics.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/documents.h"

namespace baodao::dispatch {
namespace {

constexpr int kReads = 30;
constexpr Millis kReadsWithin = minutes(10);

// Writes a change of the person's feed down, and tells those who hear of it.
void TellFeedChange(record::Transaction& transaction, const std::string& person, bool made) {
  events::v1::Event event;
  event.mutable_calendar_feed_changed()->set_person_id(person);
  event.mutable_calendar_feed_changed()->set_made(made);
  transaction.Emit(std::move(event));
}

Task<absl::Status> CountRead(App& app, std::string person) {
  CO_ASSIGN_OR_RETURN(const store::Counted reads,
                      co_await app.store.Increment(app.keys.FeedReads(person), kReadsWithin));
  if (reads.value <= kReads) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, reads.left);
}

}  // namespace

Answer<v1::CalendarFeed> CalendarHandlers::CreateCalendarFeed(
    rpc::CallContext context, v1::CreateCalendarFeedRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  // The answer that is kept opens nothing without the key of the deployment.
  const record::Decide<v1::CalendarFeedRecord> make =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::CalendarFeedRecord>> {
    record::ClosedAccounts closed(app_.store);
    CO_RETURN_IF_ERROR(co_await closed.Check(person));
    CO_ASSIGN_OR_RETURN(StoredFeed feed, co_await LoadFeed(app_, person));
    feed.record.set_person_id(person);
    feed.record.set_nonce(crypto::RandomToken(16));
    *feed.record.mutable_create_time() = ToTimestamp(transaction.now());
    transaction.commit().Put(app_.keys.Feed(person), feed.version, feed.record.SerializeAsString());
    TellFeedChange(transaction, person, true);
    feed.record.clear_shown();
    co_return std::move(feed.record);
  };
  CO_ASSIGN_OR_RETURN(const v1::CalendarFeedRecord made,
                      co_await app_.records.Mutate<v1::CalendarFeedRecord>(
                          context, request, app_.keys.ShardOf(person), make));
  v1::CalendarFeed response;
  response.set_token(FeedTokenOf(app_.ring, made));
  *response.mutable_create_time() = made.create_time();
  co_return response;
}

Answer<v1::CalendarFeed> CalendarHandlers::RevokeCalendarFeed(
    rpc::CallContext context, v1::RevokeCalendarFeedRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  const record::Decide<v1::CalendarFeed> revoke =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::CalendarFeed>> {
    CO_ASSIGN_OR_RETURN(StoredFeed feed, co_await LoadFeed(app_, person));
    if (!IsOpen(feed)) co_return Refuse(Reason::CALENDAR_FEED_UNKNOWN);
    // Its version goes on, so that no slow read of it brings it back.
    feed.record.clear_nonce();
    feed.record.clear_shown();
    transaction.commit().Put(app_.keys.Feed(person), feed.version, feed.record.SerializeAsString());
    TellFeedChange(transaction, person, false);
    v1::CalendarFeed ended;
    *ended.mutable_create_time() = feed.record.create_time();
    co_return ended;
  };
  co_return co_await app_.records.Mutate<v1::CalendarFeed>(context, request,
                                                           app_.keys.ShardOf(person), revoke);
}

Answer<v1::GetCalendarFeedResponse> CalendarHandlers::GetCalendarFeed(
    rpc::CallContext context, v1::GetCalendarFeedRequest request) {
  CO_ASSIGN_OR_RETURN(const std::string person,
                      co_await OwnerOfFeed(app_, std::move(*request.mutable_token())));
  CO_RETURN_IF_ERROR(co_await CountRead(app_, person));
  CO_ASSIGN_OR_RETURN(const std::vector<FeedEvent> events, co_await ReadFeed(app_, person));
  context.Charge(paging::CallsOwed(static_cast<int64_t>(events.size()), 0));
  v1::GetCalendarFeedResponse response;
  response.set_calendar(RenderCalendar(events, person, context.locale()));
  response.set_etag(crypto::Fingerprint(response.calendar()));
  co_return response;
}

}  // namespace baodao::dispatch
