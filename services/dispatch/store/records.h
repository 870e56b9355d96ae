// The records of dispatch that are of the common shape (common/record).
#pragma once

#include "baodao/dispatch/v1/records.pb.h"
#include "common/record/change_event.h"
#include "common/record/type.h"
#include "services/dispatch/domain/complaint.h"

namespace baodao::dispatch {

inline constexpr record::Type<v1::ComplaintRecord, v1::Complaint> kComplaint{
    .view = &v1::ComplaintRecord::complaint,
    .mutable_view = &v1::ComplaintRecord::mutable_complaint,
    .id = &v1::Complaint::complaint_id,
    .mutable_id = &v1::Complaint::mutable_complaint_id,
    .owner = &v1::Complaint::complainant_id,
    .places =
        [](const v1::ComplaintRecord& record) {
          const v1::Complaint& complaint = record.complaint();
          return record::Places()
              .InArea(complaint.area_code(), complaint.state())
              .Of(complaint.complainant_id());
        },
    .created_per_day = kComplaintsPerDay,
    .moves = [] { return kComplaintMachine.Moves(); },
    .event = record::ChangeEvent<&events::v1::Event::mutable_complaint_changed,
                                 &events::v1::ComplaintChanged::mutable_complaint,
                                 &v1::ComplaintRecord::complaint>,
    .deadline = DeadlineOf,
    .lapse = PassTime,
    .over =
        [](int state) {
          return kComplaintMachine.IsFinal(static_cast<v1::ComplaintState>(state));
        }};

}  // namespace baodao::dispatch
