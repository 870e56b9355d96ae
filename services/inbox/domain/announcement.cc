#include "services/inbox/domain/announcement.h"

#include <algorithm>
#include <tuple>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/vocabulary/current.h"

namespace baodao::inbox {
namespace {

constexpr Millis kStandardLife = std::chrono::hours(24 * 14);
constexpr Millis kLongestLife = std::chrono::hours(24 * 90);

absl::StatusOr<Time> ExpireTimeAsked(const v1::PublishAnnouncementRequest& request, Time now) {
  if (!request.has_expire_time()) return now + kStandardLife;
  const Time asked = ToTime(request.expire_time());
  if (asked <= now) return RefuseField("expire_time", ViolationKind::IN_THE_PAST);
  if (asked > now + kLongestLife) {
    return RefuseField("expire_time", ViolationKind::TOO_FAR_AHEAD,
                       {{"max", ToRfc3339(now + kLongestLife)}});
  }
  return asked;
}

}  // namespace

absl::StatusOr<v1::Announcement> NewAnnouncement(const v1::PublishAnnouncementRequest& request,
                                                 const std::string& author_id, Time now) {
  ASSIGN_OR_RETURN(const Time expires, ExpireTimeAsked(request, now));
  v1::Announcement announcement;
  announcement.set_area_code(request.area_code());
  announcement.set_category(request.category());
  announcement.set_title(request.title());
  announcement.set_body(request.body());
  *announcement.mutable_person_categories() = request.person_categories();
  announcement.set_state(kAnnouncementMachine.first());
  announcement.set_author_id(author_id);
  *announcement.mutable_create_time() = ToTimestamp(now);
  *announcement.mutable_update_time() = ToTimestamp(now);
  *announcement.mutable_expire_time() = ToTimestamp(expires);
  return announcement;
}

absl::Status Withdraw(v1::Announcement* announcement, const std::string& reason, Time now) {
  RETURN_IF_ERROR(kAnnouncementMachine.Move(announcement, AnnouncementEvent::kWithdraw));
  announcement->set_withdraw_reason(reason);
  *announcement->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

std::optional<Time> ExpireTimeOf(const v1::AnnouncementRecord& record) {
  const v1::Announcement& announcement = record.announcement();
  if (kAnnouncementMachine.IsFinal(announcement.state())) return std::nullopt;
  return ToTime(announcement.expire_time());
}

void Expire(v1::AnnouncementRecord* record, Time now) {
  v1::Announcement* const announcement = record->mutable_announcement();
  // Only a PUBLISHED one has a deadline.
  kAnnouncementMachine.Move(announcement, AnnouncementEvent::kExpire).IgnoreError();
  *announcement->mutable_update_time() = ToTimestamp(now);
}

bool IsFor(const v1::Announcement& announcement, const registration::v1::Profile& person,
           Time now) {
  if (announcement.state() != v1::ANNOUNCEMENT_STATE_PUBLISHED) return false;
  // The timer may be a moment late.
  if (now >= ToTime(announcement.expire_time())) return false;
  if (announcement.person_categories().empty()) return true;
  return std::ranges::any_of(announcement.person_categories(), [&](const std::string& category) {
    return std::ranges::any_of(person.categories(), [&](const std::string& held) {
      return vocabulary::Current().Covers(vocabulary::v1::TAG_KIND_PERSON, category, held);
    });
  });
}

bool IsLater(const std::string& announcement_id, const std::string& than_id) {
  const auto place = [](const std::string& id) { return std::tuple(ids::TimeOf(id), id); };
  return place(announcement_id) > place(than_id);
}

}  // namespace baodao::inbox
