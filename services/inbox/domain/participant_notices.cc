// Notices of what people say to and of each other: messages, ratings, complaints.
#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {

void TellOfMessage(const events::v1::TaskMessageSent& sent, Collector* tell) {
  const dispatch::v1::TaskMessage& message = sent.message();
  tell->About(message.task_id(), {{"task", sent.task_title()}, {"text", message.text()}});
  for (const std::string& person : sent.person_ids()) {
    tell->Tell(MessageRules(), kAny, 0, How::kPlain, Party::kPerson, person);
  }
}

void TellOfRating(const events::v1::ServiceRated& rated, Collector* tell) {
  // One who changes their mind again and again is one.
  tell->About(rated.task_id(),
              {{"task", rated.task_title()}, {"rating", std::to_string(rated.rating())}},
              rated.task_id() + ":" + rated.person_id());
  const How way = rated.rating() < kLowestGood ? How::kLowRating : How::kPlain;
  const int side = rated.by_volunteer() ? 1 : 0;
  tell->Tell(RatingRules(), kAny, side, way, Party::kPerson, rated.person_id());
  tell->Tell(RatingRules(), kAny, side, way, Party::kRequester, rated.requester_id());
  tell->Tell(RatingRules(), kAny, side, way, Party::kArea, rated.area_code());
}

void TellOfComplaint(const events::v1::ComplaintChanged& changed, Collector* tell) {
  const dispatch::v1::Complaint& complaint = changed.complaint();
  tell->About(complaint.complaint_id(), {{"task", complaint.task_title()}},
              complaint.task_id() + ":" + complaint.complainant_id());
  tell->Tell(ComplaintRules(), changed.before(), complaint.state(), How::kPlain, Party::kPerson,
             complaint.complainant_id());
  tell->TellOn(kComplaintFamily, ComplaintRules(), changed.before(), complaint.state(), How::kPlain,
               Party::kArea, complaint.area_code());
}

}  // namespace baodao::inbox
