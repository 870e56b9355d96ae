// Properties of some kinds of notices.
#pragma once

#include <string_view>

#include "baodao/inbox/v1/inbox.pb.h"

namespace baodao::inbox {

// Families about a task, which end with what they are about.
inline constexpr std::string_view kOwnFamily = "own";            // of the person
inline constexpr std::string_view kComingFamily = "coming";      // of the requester
inline constexpr std::string_view kStaffingFamily = "staffing";  // of the area
inline constexpr std::string_view kDeclinedFamily = "declined";  // of the area
inline constexpr std::string_view kLeadingFamily = "leading";    // of the leader, of the area
// Families that ask somebody to do something, which is not asked any more once it was done.
inline constexpr std::string_view kRegistrationFamily = "registration";  // of the area
inline constexpr std::string_view kVerificationFamily = "verification";  // likewise
inline constexpr std::string_view kCreditFamily = "credit";              // likewise
inline constexpr std::string_view kComplaintFamily = "complaint";        // likewise
inline constexpr std::string_view kNeedFamily = "need";                  // of the area
inline constexpr std::string_view kUnitLiaisonFamily = "unit_liaison";   // likewise
inline constexpr std::string_view kSeriesFamily = "series";              // likewise
inline constexpr std::string_view kProjectFamily = "project";            // of all it concerns

// NOTIFICATION_KIND_TASK_CLAIMED of "task_claimed"; UNSPECIFIED for one this build does not know.
v1::NotificationKind KindNamed(std::string_view kind);

// Somebody must act: kept apart as well, where whatever else comes in cannot displace them, and
// pushed at any hour.
bool IsUrgent(std::string_view kind);

// One account can cause as many notices of these kinds as it likes: beyond some in a day, those of
// one family about the same thing are gathered up, and the latest of them is shown. Empty: each is
// shown.
std::string_view FamilyOf(std::string_view kind);

}  // namespace baodao::inbox
