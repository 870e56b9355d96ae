#include "services/inbox/app/announcements.h"

#include <utility>

#include "common/status/macros.h"

namespace baodao::inbox {

std::set<std::string> Announcements::AreasAbove(const registration::v1::Profile& person) const {
  const record::Repository::Tree tree = records_.tree();
  std::set<std::string> codes;
  for (const std::string& registered : person.area_codes()) {
    const areas::Area* const current = tree->CurrentOf(registered);
    if (current == nullptr) continue;
    codes.insert(current->code());
    for (const areas::Area* above : tree->Ancestors(current->code())) codes.insert(above->code());
  }
  return codes;
}

Task<absl::StatusOr<Audience>> Announcements::AudienceOf(rpc::CallOptions options,
                                                         std::string person_id) {
  Audience audience;
  CO_ASSIGN_OR_RETURN(audience.person,
                      co_await registration_.Get(std::move(options), std::move(person_id)));
  const record::IndexKeys keys(records_.store().keys(),
                               record::Named<v1::AnnouncementRecord>().name());
  for (const std::string& code : AreasAbove(audience.person)) {
    audience.query.lists.push_back(keys.Of(records_.ShardOf(code), code));
  }
  co_return audience;
}

Task<absl::StatusOr<NewestAnnouncements>> Announcements::Newest(rpc::CallOptions options,
                                                                std::string person_id,
                                                                std::string read_id) {
  CO_ASSIGN_OR_RETURN(Audience audience,
                      co_await AudienceOf(std::move(options), std::move(person_id)));
  NewestAnnouncements newest;
  if (audience.query.lists.empty()) co_return newest;
  audience.query.size = kMaxUnread;
  const auto fits = [&audience, now = clock_.Now()](const v1::AnnouncementRecord& record) {
    return IsFor(record.announcement(), audience.person, now);
  };
  CO_ASSIGN_OR_RETURN(record::Page<v1::AnnouncementRecord> page,
                      co_await records_.ReadPage(kAnnouncement, std::move(audience.query), fits));
  for (auto& found : page.records) {
    v1::Announcement& announcement = *found.record.mutable_announcement();
    if (IsLater(announcement.announcement_id(), read_id)) ++newest.unread;
    if (newest.shown.size() < kShownAtHome) newest.shown.push_back(std::move(announcement));
  }
  co_return newest;
}

}  // namespace baodao::inbox
