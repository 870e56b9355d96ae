// The records of inbox that are of the common shape (common/record).
#pragma once

#include "baodao/inbox/v1/records.pb.h"
#include "common/record/type.h"
#include "services/inbox/domain/announcement.h"

namespace baodao::inbox {

// No event: nobody is told of an announcement, people ask for it.
inline constexpr record::Type<v1::AnnouncementRecord, v1::Announcement> kAnnouncement{
    .view = &v1::AnnouncementRecord::announcement,
    .mutable_view = &v1::AnnouncementRecord::mutable_announcement,
    .id = &v1::Announcement::announcement_id,
    .mutable_id = &v1::Announcement::mutable_announcement_id,
    .places =
        [](const v1::AnnouncementRecord& record) {
          const v1::Announcement& announcement = record.announcement();
          record::Places places;
          places.InArea(announcement.area_code(), announcement.state())
              .Tagged(announcement.category());
          // Unlike the list above, without what areas below it say.
          if (announcement.state() == v1::ANNOUNCEMENT_STATE_PUBLISHED) {
            places.Of(announcement.area_code());
          }
          return places;
        },
    .moves = [] { return kAnnouncementMachine.Moves(); },
    .deadline = ExpireTimeOf,
    .lapse = Expire,
    .over =
        [](int state) {
          return kAnnouncementMachine.IsFinal(static_cast<v1::AnnouncementState>(state));
        }};

}  // namespace baodao::inbox
