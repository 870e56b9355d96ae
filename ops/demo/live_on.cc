#include <fmt/core.h>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/names.h"
#include "ops/demo/story.h"

namespace baodao::demo {
namespace {

using lists::v1::Booking;

constexpr int kPlaces = 2;
constexpr size_t kGuests = 4;  // who want the same slot: half of them wait

Task<void> Announce(World& world, size_t i) {
  const Community& community = world.communities[i];
  inbox::v1::PublishAnnouncementRequest publish;
  publish.set_request_id(world.RequestId());
  publish.set_area_code(community.area.code());
  publish.set_category("publicity");
  publish.set_title("周六楼道清洁日");
  publish.set_body("上午九点在党群活动室集合，工具已备好。");
  co_await Must(world.backend.announcements, &client::Announcements::PublishAnnouncement,
                community.coordinator.token, publish);
  ++world.counts["announcements"];
}

// People of a community find what it has announced.
Task<void> ReadNews(World& world, const Actor& person) {
  inbox::v1::ListMyAnnouncementsRequest list;
  list.set_person_id(person.person_id);
  const auto news = co_await Must(world.backend.announcements,
                                  &client::Announcements::ListMyAnnouncements, person.token, list);
  if (news.announcements().empty()) throw std::runtime_error("an announcement reaches nobody");
  inbox::v1::MarkAnnouncementsReadRequest mark;
  mark.set_request_id(world.RequestId());
  mark.set_person_id(person.person_id);
  mark.set_announcement_id(news.announcements(0).announcement_id());
  co_await Must(world.backend.announcements, &client::Announcements::MarkAnnouncementsRead,
                person.token, mark);
  ++world.counts["announcements read"];
}

Task<void> ListRoom(World& world, Room& room) {
  const Unit& unit = world.units[room.unit];
  lists::v1::CreateResourceRequest create;
  create.set_request_id(world.RequestId());
  create.set_owner_id(unit.unit_id);
  create.set_title(UnitNameOf(room.unit) + "会议室");
  create.set_category("venue");
  create.set_area_code(world.communities[unit.community].area.code());
  create.set_capacity(kPlaces);
  create.mutable_booking()->set_auto_confirm(true);
  create.mutable_booking()->set_waitlist_max(static_cast<int>(kGuests));
  for (int weekday = 1; weekday <= 7; ++weekday) {
    common::v1::WeeklySlot& day = *create.add_slots();
    day.set_weekday(weekday);
    day.set_start_minute(9 * 60);
    day.set_end_minute(10 * 60);
  }
  const auto created = co_await Must(world.backend.resources, &client::Resources::CreateResource,
                                     unit.liaison.token, create);
  room.resource_id = created.resource_id();
  ++world.counts["rooms listed"];
}

// Half of the guests find a place; the first gives it back, and the first of those who wait has it.
Task<void> BookRoom(World& world, Room& room) {
  co_await ListRoom(world, room);
  lists::v1::ListSlotsRequest slots;
  slots.set_resource_id(room.resource_id);
  // Not the one that begins in a moment.
  *slots.mutable_from_time() = ToTimestamp(SystemClock().Now() + std::chrono::hours(24));
  slots.set_page_size(1);
  const auto free = co_await Must(world.backend.bookings, &client::Bookings::ListSlots,
                                  world.units[room.unit].liaison.token, slots);
  std::vector<std::pair<const Actor*, Booking>> booked;
  for (const Actor& person : world.people) {
    if (booked.size() == kGuests) break;
    if (person.community != world.units[room.unit].community) continue;
    lists::v1::BookResourceRequest book;
    book.set_request_id(world.RequestId());
    book.set_resource_id(room.resource_id);
    *book.mutable_start_time() = free.slots(0).window().start();
    booked.emplace_back(
        &person,
        co_await Must(world.backend.bookings, &client::Bookings::BookResource, person.token, book));
    ++world.counts["bookings"];
  }
  if (booked.size() <= kPlaces) co_return;  // nobody waits
  lists::v1::CancelBookingRequest cancel;
  cancel.set_request_id(world.RequestId());
  cancel.set_booking_id(booked[0].second.booking_id());
  co_await Must(world.backend.bookings, &client::Bookings::CancelBooking, booked[0].first->token,
                cancel);
  const auto& [next, waited] = booked[kPlaces];
  world.awaited.push_back(
      {next, inbox::v1::NOTIFICATION_KIND_BOOKING_CONFIRMED, waited.booking_id()});
  ++world.counts["bookings passed on"];
}

// 每周: what is needed once is needed again, but for one time.
Task<void> RaiseSeries(World& world, const Job& job) {
  const Actor& requester = world.people[job.requester];
  const std::string& coordinator = world.communities[job.community].coordinator.token;
  lists::v1::CreateNeedRequest create;
  create.set_request_id(world.RequestId());
  create.set_title("每周陪聊");
  create.set_category("companionship");
  create.set_area_code(world.communities[job.community].area.code());
  *create.mutable_place() = world.communities[job.community].area.center();
  const Time start = SystemClock().Now() + std::chrono::hours(72);
  *create.mutable_window()->mutable_start() = ToTimestamp(start);
  *create.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
  create.mutable_contact()->set_name(requester.name);
  create.mutable_contact()->set_phone(requester.phone);
  const auto need =
      co_await Must(world.backend.needs, &client::Needs::CreateNeed, requester.token, create);
  lists::v1::CreateNeedSeriesRequest repeat;
  repeat.set_request_id(world.RequestId());
  repeat.set_need_id(need.need_id());
  repeat.set_rrule("FREQ=WEEKLY;COUNT=5");
  const auto series = co_await Must(world.backend.need_series,
                                    &client::NeedSeries::CreateNeedSeries, requester.token, repeat);
  lists::v1::ReviewNeedSeriesRequest review;
  review.set_request_id(world.RequestId());
  review.set_need_series_id(series.need_series_id());
  review.set_verdict(lists::v1::NEED_SERIES_VERDICT_ACCEPT);
  const auto active = co_await Must(world.backend.need_series,
                                    &client::NeedSeries::ReviewNeedSeries, coordinator, review);
  world.awaited.push_back(
      {&requester, inbox::v1::NOTIFICATION_KIND_SERIES_ACCEPTED, series.need_series_id()});
  lists::v1::SkipOccurrenceRequest skip;
  skip.set_request_id(world.RequestId());
  skip.set_need_series_id(series.need_series_id());
  *skip.mutable_start_time() = *active.occurrences().rbegin();
  co_await Must(world.backend.need_series, &client::NeedSeries::SkipOccurrence, requester.token,
                skip);
  ++world.counts["need series"];
}

}  // namespace

Task<void> LiveOn(World& world) {
  co_await world.KeepSignedIn();
  const size_t at_once = world.options.concurrency;
  auto announce = [&world](size_t i) { return Announce(world, i); };
  co_await ForEach(world.communities.size(), at_once, announce);
  auto read = [&world](size_t i) { return ReadNews(world, world.people[i * 20]); };
  co_await ForEach((world.people.size() + 19) / 20, at_once, read);
  for (size_t i = 0; i < world.units.size(); i += 8) world.rooms.push_back({i, ""});
  auto book = [&world](size_t i) { return BookRoom(world, world.rooms[i]); };
  co_await ForEach(world.rooms.size(), at_once, book);
  auto raise = [&world](size_t i) { return RaiseSeries(world, world.jobs[i * 20]); };
  co_await ForEach((world.jobs.size() + 19) / 20, at_once, raise);
  fmt::print(
      "  {} announcements, read {} times; {} rooms, {} bookings, {} passed on; {} series of "
      "needs\n",
      world.counts["announcements"], world.counts["announcements read"],
      world.counts["rooms listed"], world.counts["bookings"], world.counts["bookings passed on"],
      world.counts["need series"]);
}

}  // namespace baodao::demo
