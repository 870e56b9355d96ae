// 投诉: who may complain of whom, who answers, and the states of a complaint.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "baodao/dispatch/v1/complaint.pb.h"
#include "baodao/dispatch/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::dispatch {

enum class ComplaintEvent { kAnswer, kLapse };

inline constexpr record::Machine<v1::ComplaintState, ComplaintEvent> kComplaintMachine(
    v1::COMPLAINT_STATE_PENDING,
    {{v1::COMPLAINT_STATE_PENDING, ComplaintEvent::kAnswer, v1::COMPLAINT_STATE_ANSWERED},
     {v1::COMPLAINT_STATE_PENDING, ComplaintEvent::kLapse, v1::COMPLAINT_STATE_LAPSED}});

// Raised until so long after the end of the task.
inline constexpr Millis kComplainUntil = std::chrono::hours(24 * 30);
// An unanswered one lapses after so long; its coordinators are reminded before.
inline constexpr Millis kAnswerComplaintWithin = std::chrono::hours(24 * 14);
inline constexpr Millis kRemindOfComplaintAfter = std::chrono::hours(24 * 3);
inline constexpr int kComplaintsPerDay = 10;

// A person's part in a task; null where they never had to do with it.
using Part = const v1::AssignmentRecord*;

// `about` is empty for how the task was run; `theirs` then counts for nothing. SELF_COMPLAINT,
// NOT_A_PARTICIPANT, TOO_LATE.
absl::Status CheckMayComplain(const v1::Task& task, const std::string& complainant, Part own,
                              const std::string& about, Part theirs, Time now);
// The complaint, PENDING, without id and words.
v1::Complaint NewComplaint(const v1::Task& task, const v1::RaiseComplaintRequest& request,
                           const std::string& complainant, const std::string& area_code, Time now);

// The area that answers a complaint: of those from the task's own up to the root the first that the
// person complained of does not coordinate; the root where they coordinate all.
std::string AnsweringArea(const std::vector<std::string>& upwards,
                          const std::function<bool(const std::string& area)>& coordinated);

// PENDING → ANSWERED. WRONG_STATE, PERMISSION_DENIED (their own, or about themself).
absl::Status AnswerWith(v1::Complaint* complaint, v1::ComplaintOutcome outcome,
                        const std::string& answerer, Time now);

// When time moves it, and how: it reminds, or ends it.
std::optional<Time> DeadlineOf(const v1::ComplaintRecord& record);
void PassTime(v1::ComplaintRecord* record, Time now);

}  // namespace baodao::dispatch
