// Certificates of hours, and calendar feeds.
#include <array>

#include "baodao/dispatch/v1/certificate.pb.h"
#include "services/inbox/domain/collector.h"

namespace baodao::inbox {
namespace {

using enum dispatch::v1::CertificateState;

constexpr Rule kCertificateRules[] = {
    {kAny, CERTIFICATE_STATE_ISSUED, How::kPlain, Party::kPerson, "certificate_issued"},
    {kAny, CERTIFICATE_STATE_REVOKED, How::kPlain, Party::kPerson, "certificate_revoked"},
    {kAny, CERTIFICATE_STATE_EXPIRED, How::kPlain, Party::kPerson, "",
     "the day stands on it, and a new one is issued at any time"},
};
constexpr Rule kCalendarFeedRules[] = {
    {kAny, 1, How::kPlain, Party::kPerson, "calendar_feed_made"},
    {kAny, 0, How::kPlain, Party::kPerson, "", "they did it themselves"},
};
constexpr std::array kPersonOnly = {Party::kPerson};

}  // namespace

const RuleBook& CertificateRules() {
  static constexpr RuleBook kBook{kCertificateRules, kPersonOnly};
  return kBook;
}

const RuleBook& CalendarFeedRules() {
  static constexpr RuleBook kBook{kCalendarFeedRules, kPersonOnly};
  return kBook;
}

void TellOfCertificate(const events::v1::CertificateChanged& changed, Collector* tell) {
  const dispatch::v1::Certificate& certificate = changed.certificate();
  tell->About(certificate.certificate_id(),
              {{"area", certificate.area_code()}, {"reason", certificate.revoke_reason()}});
  tell->Tell(CertificateRules(), changed.before(), certificate.state(), How::kPlain, Party::kPerson,
             certificate.person_id());
}

void TellOfCalendarFeed(const events::v1::CalendarFeedChanged& changed, Collector* tell) {
  tell->About(changed.person_id(), {});
  tell->Tell(CalendarFeedRules(), kAny, changed.made() ? 1 : 0, How::kPlain, Party::kPerson,
             changed.person_id());
}

}  // namespace baodao::inbox
