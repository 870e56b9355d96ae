#include "services/dispatch/domain/complaint.h"

#include <algorithm>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// Asked for the task, or accepted it at some time.
bool TookPart(const v1::Task& task, const std::string& person, Part part) {
  if (person == task.requester_id()) return true;
  return part != nullptr && part->assignment().has_accept_time();
}

Time RemindAt(const v1::Complaint& complaint) {
  return ToTime(complaint.create_time()) + kRemindOfComplaintAfter;
}
Time LapsesAt(const v1::Complaint& complaint) {
  return ToTime(complaint.create_time()) + kAnswerComplaintWithin;
}

}  // namespace

absl::Status CheckMayComplain(const v1::Task& task, const std::string& complainant, Part own,
                              const std::string& about, Part theirs, Time now) {
  if (about == complainant) return Refuse(Reason::SELF_COMPLAINT);
  const bool known = about.empty() || about == task.publisher_id() || TookPart(task, about, theirs);
  if (!known || !TookPart(task, complainant, own)) return Refuse(Reason::NOT_A_PARTICIPANT);
  const Time last = EndOf(task) + kComplainUntil;
  if (now >= last) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(last)}});
  return absl::OkStatus();
}

v1::Complaint NewComplaint(const v1::Task& task, const v1::RaiseComplaintRequest& request,
                           const std::string& complainant, const std::string& area_code, Time now) {
  v1::Complaint complaint;
  complaint.set_task_id(task.task_id());
  complaint.set_task_title(task.title());
  complaint.set_area_code(area_code);
  complaint.set_complainant_id(complainant);
  complaint.set_about_person_id(request.about_person_id());
  complaint.set_state(kComplaintMachine.first());
  *complaint.mutable_create_time() = ToTimestamp(now);
  *complaint.mutable_update_time() = ToTimestamp(now);
  return complaint;
}

std::string AnsweringArea(const std::vector<std::string>& upwards,
                          const std::function<bool(const std::string& area)>& coordinated) {
  const auto found = std::ranges::find_if_not(upwards, coordinated);
  return found == upwards.end() ? upwards.back() : *found;
}

absl::Status AnswerWith(v1::Complaint* complaint, v1::ComplaintOutcome outcome,
                        const std::string& answerer, Time now) {
  if (answerer == complaint->complainant_id() || answerer == complaint->about_person_id()) {
    return Refuse(Reason::PERMISSION_DENIED);
  }
  RETURN_IF_ERROR(kComplaintMachine.Move(complaint, ComplaintEvent::kAnswer));
  complaint->set_outcome(outcome);
  complaint->set_answerer_id(answerer);
  *complaint->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

std::optional<Time> DeadlineOf(const v1::ComplaintRecord& record) {
  const v1::Complaint& complaint = record.complaint();
  if (kComplaintMachine.IsFinal(complaint.state())) return std::nullopt;
  return record.reminded() ? LapsesAt(complaint) : RemindAt(complaint);
}

void PassTime(v1::ComplaintRecord* record, Time now) {
  record->set_reminded(true);
  v1::Complaint* const complaint = record->mutable_complaint();
  if (now < LapsesAt(*complaint)) return;
  // Only a PENDING one has a deadline.
  kComplaintMachine.Move(complaint, ComplaintEvent::kLapse).IgnoreError();
  *complaint->mutable_update_time() = ToTimestamp(now);
}

}  // namespace baodao::dispatch
