#include "services/inbox/domain/notice.h"

#include "services/inbox/domain/collector.h"

namespace baodao::inbox {

std::vector<Notice> NoticesOf(const events::v1::Event& event) {
  Collector tell(event);
  switch (event.change_case()) {
    case events::v1::Event::kRegistrationChanged:
      TellOfRegistration(event.registration_changed(), &tell);
      break;
    case events::v1::Event::kRoleChanged:
      TellOfRole(event.role_changed(), &tell);
      break;
    case events::v1::Event::kPhoneChanged:
      TellOfPhone(event.phone_changed(), &tell);
      break;
    case events::v1::Event::kSignedIn:
      TellOfSignIn(event.signed_in(), &tell);
      break;
    case events::v1::Event::kAccountDeletionChanged:
      TellOfDeletion(event.account_deletion_changed(), &tell);
      break;
    case events::v1::Event::kCredentialChanged:
      TellOfCredential(event.credential_changed(), &tell);
      break;
    case events::v1::Event::kCredentialExpiring:
      TellOfExpiry(event.credential_expiring(), &tell);
      break;
    case events::v1::Event::kVerificationChanged:
      TellOfVerification(event.verification_changed(), &tell);
      break;
    case events::v1::Event::kCategoryRevoked:
      TellOfCategory(event.category_revoked(), &tell);
      break;
    case events::v1::Event::kNeedChanged:
      TellOfNeed(event.need_changed(), &tell);
      break;
    case events::v1::Event::kNeedSeriesChanged:
      TellOfNeedSeries(event.need_series_changed(), &tell);
      break;
    case events::v1::Event::kResourceChanged:
      TellOfResource(event.resource_changed(), &tell);
      break;
    case events::v1::Event::kProjectChanged:
      TellOfProject(event.project_changed(), &tell);
      break;
    case events::v1::Event::kBookingChanged:
      TellOfBooking(event.booking_changed(), &tell);
      break;
    case events::v1::Event::kTaskChanged:
      TellOfTask(event.task_changed(), &tell);
      break;
    case events::v1::Event::kAssignmentChanged:
      TellOfAssignment(event.assignment_changed(), &tell);
      break;
    case events::v1::Event::kCreditRequestChanged:
      TellOfCreditRequest(event.credit_request_changed(), &tell);
      break;
    case events::v1::Event::kHoursCredited:
      TellOfHours(event.hours_credited(), &tell);
      break;
    case events::v1::Event::kTaskMessageSent:
      TellOfMessage(event.task_message_sent(), &tell);
      break;
    case events::v1::Event::kServiceRated:
      TellOfRating(event.service_rated(), &tell);
      break;
    case events::v1::Event::kComplaintChanged:
      TellOfComplaint(event.complaint_changed(), &tell);
      break;
    case events::v1::Event::kUnitLiaisonChanged:
      TellOfLiaison(event.unit_liaison_changed(), &tell);
      break;
    case events::v1::Event::kUnitMemberChanged:
      TellOfMember(event.unit_member_changed(), &tell);
      break;
    case events::v1::Event::kUnitClaimChanged:
      TellOfUnitClaim(event.unit_claim_changed(), &tell);
      break;
    case events::v1::Event::kLeaderChanged:
      TellOfLeader(event.leader_changed(), &tell);
      break;
    case events::v1::Event::kCheckInChanged:
      TellOfCheckIn(event.check_in_changed(), &tell);
      break;
    case events::v1::Event::kCertificateChanged:
      TellOfCertificate(event.certificate_changed(), &tell);
      break;
    case events::v1::Event::kCalendarFeedChanged:
      TellOfCalendarFeed(event.calendar_feed_changed(), &tell);
      break;
    default:
      break;  // see WhyNobodyHears
  }
  return tell.Take();
}

}  // namespace baodao::inbox
