// Gathers the notices of one event by the rules. Used by the files that know one service's events
// each.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "services/inbox/domain/notice.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {

class Collector {
 public:
  // Everything there is to say about the record; a text takes what it mentions.
  using Params = std::map<std::string, std::string>;

  explicit Collector(const events::v1::Event& event) : event_(event) {}

  // Sets what the following notices are about. `thing`: notices of the same kind about the same one
  // coalesce; empty: `subject`.
  void About(std::string subject, Params params, std::string thing = {}) {
    subject_ = std::move(subject);
    thing_ = thing.empty() ? subject_ : std::move(thing);
    params_ = std::move(params);
  }
  // Tells the party what its rule says: nobody where that is nothing, where `to` is empty, or where
  // they did it themselves (receipts apart). Null then.
  Notice* Tell(const RuleBook& rules, int before, int after, How how, Party party, std::string to);
  // The record has moved on: what is held back of the family about the thing is not true any more,
  // unless the party is told something of the family.
  void TellOn(std::string_view family, const RuleBook& rules, int before, int after, How how,
              Party party, std::string to);
  // A notice without words: only its reminder and what it ends count.
  Notice& Silent(Party party, std::string to);

  Time time() const { return ToTime(event_.time()); }
  // Whether this person did it.
  bool Did(const std::string& person) const { return person == event_.actor_id(); }
  // Whether a person did it at all, and not a timer.
  bool SomebodyDid() const { return event_.actor_id().starts_with("per_"); }
  std::vector<Notice> Take() { return std::move(notices_); }

 private:
  Notice& Add(Recipient to, std::string_view kind);

  const events::v1::Event& event_;
  std::string subject_;
  std::string thing_;
  Params params_;
  std::vector<Notice> notices_;
};

// Ratings below this ask the coordinators to follow up.
inline constexpr int kLowestGood = 3;

// One service's part of NoticesOf.
void TellOfRegistration(const events::v1::RegistrationChanged& changed, Collector* tell);
void TellOfPhone(const events::v1::PhoneChanged& changed, Collector* tell);
void TellOfSignIn(const events::v1::SignedIn& signed_in, Collector* tell);
void TellOfDeletion(const events::v1::AccountDeletionChanged& changed, Collector* tell);
void TellOfRole(const events::v1::RoleChanged& changed, Collector* tell);
void TellOfCredential(const events::v1::CredentialChanged& changed, Collector* tell);
void TellOfExpiry(const events::v1::CredentialExpiring& expiring, Collector* tell);
void TellOfVerification(const events::v1::VerificationChanged& changed, Collector* tell);
void TellOfCategory(const events::v1::CategoryRevoked& revoked, Collector* tell);
void TellOfNeed(const events::v1::NeedChanged& changed, Collector* tell);
void TellOfNeedSeries(const events::v1::NeedSeriesChanged& changed, Collector* tell);
void TellOfResource(const events::v1::ResourceChanged& changed, Collector* tell);
void TellOfBooking(const events::v1::BookingChanged& changed, Collector* tell);
void TellOfProject(const events::v1::ProjectChanged& changed, Collector* tell);
void TellOfTask(const events::v1::TaskChanged& changed, Collector* tell);
void TellOfAssignment(const events::v1::AssignmentChanged& changed, Collector* tell);
void TellOfCreditRequest(const events::v1::CreditRequestChanged& changed, Collector* tell);
void TellOfHours(const events::v1::HoursCredited& credited, Collector* tell);
void TellOfMessage(const events::v1::TaskMessageSent& sent, Collector* tell);
void TellOfRating(const events::v1::ServiceRated& rated, Collector* tell);
void TellOfComplaint(const events::v1::ComplaintChanged& changed, Collector* tell);
void TellOfLiaison(const events::v1::UnitLiaisonChanged& changed, Collector* tell);
void TellOfMember(const events::v1::UnitMemberChanged& changed, Collector* tell);
void TellOfUnitClaim(const events::v1::UnitClaimChanged& changed, Collector* tell);
void TellOfLeader(const events::v1::LeaderChanged& changed, Collector* tell);
void TellOfCheckIn(const events::v1::CheckInChanged& changed, Collector* tell);
void TellOfCertificate(const events::v1::CertificateChanged& changed, Collector* tell);
void TellOfCalendarFeed(const events::v1::CalendarFeedChanged& changed, Collector* tell);

}  // namespace baodao::inbox
