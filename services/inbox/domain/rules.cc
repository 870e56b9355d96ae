#include "services/inbox/domain/rules.h"

#include <algorithm>
#include <array>

#include "baodao/events/v1/events.pb.h"

namespace baodao::inbox {

const Rule* RuleBook::Find(int before, int after, How how, Party to) const {
  const Rule* best = nullptr;
  int best_fit = -1;
  for (const Rule& rule : rules) {
    if (rule.to != to || (rule.after != after && rule.after != kAny)) continue;
    if (rule.before != before && rule.before != kAny) continue;
    if (rule.how != how && rule.how != How::kPlain) continue;
    const int fit =
        (rule.how == how ? 4 : 0) + (rule.before == before ? 2 : 0) + (rule.after == after ? 1 : 0);
    if (fit > best_fit) best = &rule;
    best_fit = std::max(best_fit, fit);
  }
  return best;
}

std::string_view WhyNobodyHears(int change) {
  switch (change) {
    case events::v1::Event::kAreasImported:
      return "the tree of areas is everybody's";
    case events::v1::Event::kProfileChanged:
      return "people change their own profiles; roles and credentials are told as such";
    case events::v1::Event::kUnitChanged:
      return "a liaison or a coordinator did it; who speaks for it is told as such";
    case events::v1::Event::kServicePointChanged:
      return "whoever goes there looks it up; nobody has asked to hear of it";
    case events::v1::Event::kSessionEnded:
      return "whoever signed out knows; the app shows a session that ended";
    case events::v1::Event::kConsentChanged:
      return "the person did it, and sees it on their profile";
    case events::v1::Event::kAccountDeleted:
      return "nobody is left to tell; the ends of the registrations are told as such";
    case events::v1::Event::kContactReleased:
      return "it is put on record for the audit";
    case events::v1::Event::kNotificationAdded:
      return "it is the notification itself";
    default:
      return "";
  }
}

bool IsReceipt(std::string_view kind) {
  constexpr std::array<std::string_view, 8> kReceipts = {"task_accepted",
                                                         "task_waitlisted",
                                                         "feedback_received",
                                                         "phone_changed",
                                                         "calendar_feed_made",
                                                         "new_sign_in",
                                                         "account_deletion_requested",
                                                         "account_deletion_cancelled"};
  return std::ranges::count(kReceipts, kind) > 0;
}

}  // namespace baodao::inbox
