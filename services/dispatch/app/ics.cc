#include "services/dispatch/app/ics.h"

#include <absl/strings/str_cat.h>
#include <libical/ical.h>

#include <cstdlib>
#include <memory>

#include "common/clock/time_text.h"

namespace baodao::dispatch {
namespace {

constexpr char kZone[] = "Asia/Shanghai";
// China has had one time without summer time since 1991.
constexpr char kZoneText[] =
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19910915T000000\r\n"
    "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};

icaltimetype LocalIcal(Time time) {
  const absl::CivilSecond local = LocalCivil(time);
  icaltimetype ical = icaltime_null_time();
  ical.year = static_cast<int>(local.year());
  ical.month = local.month();
  ical.day = local.day();
  ical.hour = local.hour();
  ical.minute = local.minute();
  ical.second = local.second();
  return ical;
}

icaltimetype UtcIcal(Time time) {
  icaltimetype ical = LocalIcal(time - std::chrono::hours(8));
  ical.zone = icaltimezone_get_utc_timezone();
  return ical;
}

icalproperty* InZone(icalproperty* property) {
  icalproperty_add_parameter(property, icalparameter_new_tzid(kZone));
  return property;
}

icalproperty_status StatusProperty(FeedStatus status) {
  switch (status) {
    case FeedStatus::kConfirmed:
      return ICAL_STATUS_CONFIRMED;
    case FeedStatus::kTentative:
      return ICAL_STATUS_TENTATIVE;
    case FeedStatus::kCancelled:
      return ICAL_STATUS_CANCELLED;
  }
  return ICAL_STATUS_NONE;
}

const char* DescriptionOf(const FeedEvent& event, Locale locale) {
  const bool zh = locale == Locale::kZh;
  switch (event.status) {
    case FeedStatus::kConfirmed:
      return zh ? "已报名" : "You are on this task.";
    case FeedStatus::kTentative:
      if (event.state == v1::ASSIGNMENT_STATE_WAITLISTED) {
        return zh ? "候补中" : "You are on the waitlist.";
      }
      return zh ? "待您回应的派单" : "The task is offered to you: accept or decline it.";
    case FeedStatus::kCancelled:
      return zh ? "您不再参加此任务" : "You are not on this task any more.";
  }
  return "";
}

void AddEvent(icalcomponent* calendar, const FeedEvent& event, const std::string& person_id,
              Locale locale) {
  const std::string uid = absl::StrCat(event.task_id, ".", person_id, "@baodao");
  icalcomponent* const ical = icalcomponent_new_vevent();
  const auto add = [ical](icalproperty* property) { icalcomponent_add_property(ical, property); };
  add(icalproperty_new_uid(uid.c_str()));
  add(icalproperty_new_dtstamp(UtcIcal(event.modified)));
  add(icalproperty_new_lastmodified(UtcIcal(event.modified)));
  add(icalproperty_new_sequence(event.sequence));
  add(InZone(icalproperty_new_dtstart(LocalIcal(event.start))));
  add(InZone(icalproperty_new_dtend(LocalIcal(event.end))));
  add(icalproperty_new_status(StatusProperty(event.status)));
  // A place that is not taken yet leaves the time free.
  add(icalproperty_new_transp(event.status == FeedStatus::kConfirmed ? ICAL_TRANSP_OPAQUE
                                                                     : ICAL_TRANSP_TRANSPARENT));
  add(icalproperty_new_summary(event.title.c_str()));
  add(icalproperty_new_location(event.area_name.c_str()));
  add(icalproperty_new_description(DescriptionOf(event, locale)));
  icalcomponent_add_component(calendar, ical);
}

}  // namespace

std::string RenderCalendar(const std::vector<FeedEvent>& events, const std::string& person_id,
                           Locale locale) {
  const std::unique_ptr<icalcomponent, FreeComponent> calendar(icalcomponent_new_vcalendar());
  const auto add = [&](icalproperty* property) {
    icalcomponent_add_property(calendar.get(), property);
  };
  add(icalproperty_new_version("2.0"));
  add(icalproperty_new_prodid("-//Baodao//Calendar//ZH"));
  add(icalproperty_new_calscale("GREGORIAN"));
  add(icalproperty_new_method(ICAL_METHOD_PUBLISH));
  icalcomponent_add_component(calendar.get(), icalcomponent_new_from_string(kZoneText));
  for (const FeedEvent& event : events) AddEvent(calendar.get(), event, person_id, locale);
  char* const text = icalcomponent_as_ical_string_r(calendar.get());
  if (text == nullptr) std::abort();  // out of memory
  std::string copy = text;
  icalmemory_free_buffer(text);
  return copy;
}

}  // namespace baodao::dispatch
