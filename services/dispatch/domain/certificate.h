// Certificates of hours: their states, and what they say.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::dispatch {

// A new one is issued at any time, so that the list of the revoked need not grow for ever.
inline constexpr Millis kCertificateLife = std::chrono::hours(24 * 365);

enum class CertificateEvent { kRevoke, kExpire };

inline constexpr record::Machine<v1::CertificateState, CertificateEvent> kCertificateMachine(
    v1::CERTIFICATE_STATE_ISSUED,
    {{v1::CERTIFICATE_STATE_ISSUED, CertificateEvent::kRevoke, v1::CERTIFICATE_STATE_REVOKED},
     {v1::CERTIFICATE_STATE_ISSUED, CertificateEvent::kExpire, v1::CERTIFICATE_STATE_EXPIRED},
     {v1::CERTIFICATE_STATE_REVOKED, CertificateEvent::kExpire, v1::CERTIFICATE_STATE_EXPIRED}});

// The sums in the ledger of a person's service in an area and a period.
struct ServedHours {
  int64_t automatic_minutes = 0;
  int64_t manual_minutes = 0;
  int service_count = 0;
};

// OK, or the violation: it ends after its start, lasts ten years at most, and is over.
absl::Status CheckCertifiedPeriod(const common::v1::TimeWindow& period, Time now);

// A certificate of the person and area in `request`; without id, and without the area's name.
// NOTHING_TO_CERTIFY.
absl::StatusOr<v1::Certificate> NewCertificate(const v1::IssueCertificateRequest& request,
                                               const ServedHours& hours, Time now);
// The facts that are signed.
v1::CertificateFacts FactsOf(const v1::Certificate& certificate, const std::string& name);

// WRONG_STATE.
absl::Status RevokeCertificate(v1::Certificate* certificate, const std::string& reason,
                               const std::string& revoker_id, Time now);
// When it expires; nothing once it has.
std::optional<Time> ExpiryOf(const v1::CertificateRecord& record);
void ExpireCertificate(v1::CertificateRecord* record, Time now);

}  // namespace baodao::dispatch
