#include "services/dispatch/domain/certificate.h"

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

constexpr int kLongestDays = 3'660;

}  // namespace

absl::Status CheckCertifiedPeriod(const common::v1::TimeWindow& period, Time now) {
  const Time start = ToTime(period.start()), end = ToTime(period.end());
  if (end <= start) {
    return RefuseField("period.end", ViolationKind::MUST_BE_AFTER, {{"field", "period.start"}});
  }
  if (end - start > std::chrono::hours(24 * kLongestDays)) {
    return RefuseField("period", ViolationKind::ABOVE_MAX,
                       {{"max", std::to_string(kLongestDays) + " d"}});
  }
  if (end > now) {
    return RefuseField("period.end", ViolationKind::TOO_FAR_AHEAD, {{"max", ToRfc3339(now)}});
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Certificate> NewCertificate(const v1::IssueCertificateRequest& request,
                                               const ServedHours& hours, Time now) {
  if (hours.service_count == 0) return Refuse(Reason::NOTHING_TO_CERTIFY);
  v1::Certificate certificate;
  certificate.set_state(kCertificateMachine.first());
  certificate.set_person_id(request.person_id());
  certificate.set_area_code(request.area_code());
  *certificate.mutable_period() = request.period();
  certificate.set_automatic_minutes(hours.automatic_minutes);
  certificate.set_manual_minutes(hours.manual_minutes);
  certificate.set_service_count(hours.service_count);
  *certificate.mutable_issue_time() = ToTimestamp(now);
  *certificate.mutable_expire_time() = ToTimestamp(now + kCertificateLife);
  *certificate.mutable_update_time() = ToTimestamp(now);
  return certificate;
}

v1::CertificateFacts FactsOf(const v1::Certificate& certificate, const std::string& name) {
  v1::CertificateFacts facts;
  facts.set_number(certificate.certificate_id());
  facts.set_name(name);
  facts.set_area_code(certificate.area_code());
  facts.set_area_name(certificate.area_name());
  facts.set_period_start(certificate.period().start().seconds());
  facts.set_period_end(certificate.period().end().seconds());
  facts.set_automatic_minutes(certificate.automatic_minutes());
  facts.set_manual_minutes(certificate.manual_minutes());
  facts.set_service_count(certificate.service_count());
  facts.set_issue_time(certificate.issue_time().seconds());
  facts.set_expire_time(certificate.expire_time().seconds());
  return facts;
}

absl::Status RevokeCertificate(v1::Certificate* certificate, const std::string& reason,
                               const std::string& revoker_id, Time now) {
  RETURN_IF_ERROR(kCertificateMachine.Move(certificate, CertificateEvent::kRevoke));
  certificate->set_revoke_reason(reason);
  certificate->set_revoker_id(revoker_id);
  *certificate->mutable_revoke_time() = ToTimestamp(now);
  *certificate->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

std::optional<Time> ExpiryOf(const v1::CertificateRecord& record) {
  const v1::Certificate& certificate = record.certificate();
  if (kCertificateMachine.IsFinal(certificate.state())) return std::nullopt;
  return ToTime(certificate.expire_time());
}

void ExpireCertificate(v1::CertificateRecord* record, Time now) {
  v1::Certificate* const certificate = record->mutable_certificate();
  if (!kCertificateMachine.Move(certificate, CertificateEvent::kExpire).ok()) return;
  *certificate->mutable_update_time() = ToTimestamp(now);
}

}  // namespace baodao::dispatch
