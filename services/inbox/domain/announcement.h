// 公告: the states of an announcement, and whom it is for.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "baodao/inbox/v1/announcement.pb.h"
#include "baodao/inbox/v1/records.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::inbox {

enum class AnnouncementEvent { kWithdraw, kExpire };

inline constexpr record::Machine<v1::AnnouncementState, AnnouncementEvent> kAnnouncementMachine(
    v1::ANNOUNCEMENT_STATE_PUBLISHED,
    {{v1::ANNOUNCEMENT_STATE_PUBLISHED, AnnouncementEvent::kWithdraw,
      v1::ANNOUNCEMENT_STATE_WITHDRAWN},
     {v1::ANNOUNCEMENT_STATE_PUBLISHED, AnnouncementEvent::kExpire,
      v1::ANNOUNCEMENT_STATE_EXPIRED}});

// For one area, in 24 hours.
inline constexpr int kAnnouncementsPerDay = 5;

// The one asked for, PUBLISHED, without id. Refuses an expire_time that has passed or is too far
// ahead.
absl::StatusOr<v1::Announcement> NewAnnouncement(const v1::PublishAnnouncementRequest& request,
                                                 const std::string& author_id, Time now);
// WRONG_STATE.
absl::Status Withdraw(v1::Announcement* announcement, const std::string& reason, Time now);

// When it expires by itself, and that.
std::optional<Time> ExpireTimeOf(const v1::AnnouncementRecord& record);
void Expire(v1::AnnouncementRecord* record, Time now);

// Whether it is PUBLISHED still and meant for somebody with these categories, wherever they are
// registered.
bool IsFor(const v1::Announcement& announcement, const registration::v1::Profile& person, Time now);

// Whether an announcement (by its id) was published later than another; than "": any.
bool IsLater(const std::string& announcement_id, const std::string& than_id);

}  // namespace baodao::inbox
