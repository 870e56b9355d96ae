#include "services/dispatch/app/calendar_feed.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/record/closed_accounts.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/agenda.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr char kPersonPrefix[] = "per_";

FeedEvent EventOf(const App& app, const AssignmentItem& item, Time now) {
  const v1::Task& task = item.task();
  const std::shared_ptr<const areas::AreaTree> tree = app.tree();
  const areas::Area* const area = tree->CurrentOf(task.area_code());
  FeedEvent event;
  event.task_id = task.task_id();
  event.title = task.title();
  event.area_name = area == nullptr ? task.area_code() : area->name();
  event.start = StartOf(task);
  event.end = EndOf(task);
  event.status = FeedStatusOf(item.assignment(), now);
  event.state = item.assignment().state();
  return event;
}

Task<absl::StatusOr<std::vector<FeedEvent>>> ReadEvents(App& app, std::string person_id,
                                                        v1::CalendarFeedRecord feed) {
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app.calendars.Read(person_id));
  CO_ASSIGN_OR_RETURN(const std::vector<record::Position> asked,
                      co_await app.tasks.ListAsked(person_id));
  std::map<std::string, int64_t> starts;
  for (const record::Position& one : asked) starts[one.id] = std::llround(one.sort);
  const Time now = app.clock.Now();
  std::vector<record::Position> tasks;
  for (std::string& task : FeedTasks(calendar, std::move(starts), feed, now)) {
    tasks.push_back({0, std::move(task)});
  }
  Wanted all = [](const v1::Assignment&) { return true; };
  CO_ASSIGN_OR_RETURN(const auto items,
                      co_await ReadWanted(app, std::move(person_id), tasks, std::move(all)));
  std::vector<FeedEvent> events;
  for (const std::optional<AssignmentItem>& item : items) {
    if (item) events.push_back(EventOf(app, *item, now));
  }
  std::ranges::stable_sort(events, {}, &FeedEvent::start);
  co_return events;
}

}  // namespace

std::string FeedTokenOf(const crypto::KeyRing& ring, const v1::CalendarFeedRecord& feed) {
  return absl::StrCat(
      feed.person_id().substr(sizeof kPersonPrefix - 1), ".",
      ring.LookupHash(absl::StrCat("calendar_feed:", feed.person_id(), ":", feed.nonce())));
}

Task<absl::StatusOr<StoredFeed>> LoadFeed(App& app, std::string person_id) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await app.store.Get(app.keys.Feed(person_id)));
  co_return record::Parse<v1::CalendarFeedRecord>(stored);
}

Task<absl::Status> CloseFeed(App& app, std::string person_id, record::Origin origin) {
  record::ClosedAccounts closed(app.store);
  CO_RETURN_IF_ERROR(co_await closed.Close(person_id));
  const std::function<Task<absl::Status>(record::Transaction&)> close =
      [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(StoredFeed feed, co_await LoadFeed(app, person_id));
    if (!IsOpen(feed)) co_return absl::OkStatus();
    feed.record.clear_nonce();
    feed.record.clear_shown();
    transaction.commit().Put(app.keys.Feed(person_id), feed.version,
                             feed.record.SerializeAsString());
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Update(app.keys.ShardOf(person_id), std::move(origin), close);
}

Task<absl::StatusOr<std::string>> OwnerOfFeed(App& app, std::string token) {
  const std::string person = absl::StrCat(kPersonPrefix, token.substr(0, token.find('.')));
  if (!ids::IsValid(person, "per")) co_return Refuse(Reason::CALENDAR_FEED_UNKNOWN);
  CO_ASSIGN_OR_RETURN(const StoredFeed feed, co_await LoadFeed(app, person));
  if (!IsOpen(feed) || !crypto::SecureEquals(token, FeedTokenOf(app.ring, feed.record))) {
    co_return Refuse(Reason::CALENDAR_FEED_UNKNOWN);
  }
  co_return person;
}

Task<absl::StatusOr<std::vector<FeedEvent>>> ReadFeed(App& app, std::string person_id) {
  std::vector<FeedEvent> events;
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    CO_ASSIGN_OR_RETURN(StoredFeed feed, co_await LoadFeed(app, person_id));
    if (!IsOpen(feed)) co_return Refuse(Reason::CALENDAR_FEED_UNKNOWN);
    CO_ASSIGN_OR_RETURN(events, co_await ReadEvents(app, person_id, feed.record));
    store::Commit commit(app.keys.ShardOf(person_id));
    if (Remember(&events, &feed.record, app.clock.Now())) {
      commit.Put(app.keys.Feed(person_id), feed.version, feed.record.SerializeAsString());
    }
    co_return commit;
  };
  CO_RETURN_IF_ERROR(co_await store::Update(app.store, std::move(decide)));
  co_return events;
}

}  // namespace baodao::dispatch
