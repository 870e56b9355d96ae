// Announcements as one person is to see them.
#pragma once

#include <absl/status/statusor.h>

#include <set>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/profiles/source.h"
#include "common/record/repository.h"
#include "services/inbox/store/records.h"

namespace baodao::inbox {

// The newest of a person's announcements, for the first screen.
struct NewestAnnouncements {
  std::vector<v1::Announcement> shown;
  int unread = 0;  // kMaxUnread: so many or more
};
inline constexpr size_t kShownAtHome = 3;
inline constexpr int kMaxUnread = 10;

// Where a person hears announcements, and which of them.
struct Audience {
  registration::v1::Profile person;
  record::PageQuery query;  // without lists: nowhere
};

// Loop thread only.
class Announcements {
 public:
  // All outlive it.
  Announcements(record::Repository& records, profiles::Source& registration, Clock& clock)
      : records_(records), registration_(registration), clock_(clock) {}

  // Asks registration where the person is ACTIVE: at these areas and all above. NOT_FOUND,
  // PEER_UNAVAILABLE.
  Task<absl::StatusOr<Audience>> AudienceOf(rpc::CallOptions options, std::string person_id);
  // `read_id`: the newest that the person has read.
  Task<absl::StatusOr<NewestAnnouncements>> Newest(rpc::CallOptions options, std::string person_id,
                                                   std::string read_id);

 private:
  std::set<std::string> AreasAbove(const registration::v1::Profile& person) const;

  record::Repository& records_;
  profiles::Source& registration_;
  Clock& clock_;
};

}  // namespace baodao::inbox
