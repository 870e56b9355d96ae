#include "services/inbox/domain/kinds.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>

namespace baodao::inbox {
namespace {

constexpr std::string_view kUrgentKinds[] = {"task_escalated",        "task_short",
                                             "task_unserved",         "low_rating",
                                             "need_passed",           "need_unserved",
                                             "no_show_reported",      "registration_unreviewed",
                                             "standing_lost_on_duty", "verification_unanswered",
                                             "credit_unanswered",     "withdrawal_requested",
                                             "complaint_unanswered",  "new_sign_in",
                                             "person_unheard",        "check_in_due",
                                             "check_in_missed"};

struct Member {
  std::string_view kind;
  std::string_view family;
};

// Kinds that contradict each other are one family: the last word must be the latest.
constexpr Member kFamilies[] = {
    {"task_accepted", kOwnFamily},
    {"task_waitlisted", kOwnFamily},
    {"task_claimed", kComingFamily},
    {"helper_dropped_out", kComingFamily},
    {"helper_may_leave", kComingFamily},
    {"helper_stays", kComingFamily},
    {"helper_replaced", kComingFamily},
    {"nobody_coming", kComingFamily},
    // As many as there are slots.
    {"helper_arrived", "arrived"},
    {"task_staffed", kStaffingFamily},
    {"task_dropout", kStaffingFamily},
    {"task_short", kStaffingFamily},
    {"offer_declined", kDeclinedFamily},
    {"withdrawal_requested", "leaving"},
    {"withdrawal_settled", "leaving"},
    {"swap_proposed", "swap"},
    {"leader_named", kLeadingFamily},
    {"leader_removed", kLeadingFamily},
    {"leader_left", kLeadingFamily},
    {"sign_doubtful", "sign_doubt"},
    {"no_show_came", "late_sign"},
    // One call may confirm several people.
    {"service_claimed", "confirmed"},
    {"service_confirmed", "confirmed"},
    {"registration_pending", kRegistrationFamily},
    {"registration_left", kRegistrationFamily},
    {"verification_pending", kVerificationFamily},
    {"verification_of_member", kVerificationFamily},
    {"credit_requested", kCreditFamily},
    {"complaint_raised", kComplaintFamily},
    {"volunteer_rated", "rating"},
    {"volunteer_rated_low", "rating"},
    {"service_rated_low", "service_rating"},
    {"unit_liaison_proposed", kUnitLiaisonFamily},
    {"unit_member_joined", "unit_members"},
    {"unit_member_left", "unit_members"},
    {"unit_membership_confirmed", "membership"},
    {"unit_membership_ended", "membership"},
    {"unit_claimed", "unit_claim"},
    {"need_pending", kNeedFamily},
    {"need_given_up", kNeedFamily},
    {"need_revised", kNeedFamily},
    {"need_updated", "need_words"},
    {"resource_listed", "resource"},
    {"resource_gone", "resource"},
    {"booking_requested", "booking"},
    {"booking_made", "booking"},
    {"booking_gone", "booking"},
    {"series_pending", kSeriesFamily},
    {"series_ended", kSeriesFamily},
    {"project_updated", "project_words"},
    {"project_claimed", kProjectFamily},
    {"project_given_back", kProjectFamily},
};

}  // namespace

v1::NotificationKind KindNamed(std::string_view kind) {
  auto named = v1::NOTIFICATION_KIND_UNSPECIFIED;
  v1::NotificationKind_Parse("NOTIFICATION_KIND_" + absl::AsciiStrToUpper(std::string(kind)),
                             &named);
  return named;
}

bool IsUrgent(std::string_view kind) { return std::ranges::count(kUrgentKinds, kind) > 0; }

std::string_view FamilyOf(std::string_view kind) {
  const auto found = std::ranges::find(kFamilies, kind, &Member::kind);
  return found == std::end(kFamilies) ? std::string_view() : found->family;
}

}  // namespace baodao::inbox
