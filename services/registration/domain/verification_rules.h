// Applications to have a category or a credential verified, and what counts without.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

#include "baodao/registration/v1/records.pb.h"
#include "baodao/registration/v1/verification.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"
#include "services/registration/domain/credential_rules.h"

namespace baodao::registration {

enum class VerificationEvent { kApprove, kReject, kWithdraw, kLapse };

inline constexpr record::Machine<v1::VerificationState, VerificationEvent> kVerificationMachine(
    v1::VERIFICATION_STATE_PENDING,
    {{v1::VERIFICATION_STATE_PENDING, VerificationEvent::kApprove, v1::VERIFICATION_STATE_APPROVED},
     {v1::VERIFICATION_STATE_PENDING, VerificationEvent::kReject, v1::VERIFICATION_STATE_REJECTED},
     {v1::VERIFICATION_STATE_PENDING, VerificationEvent::kWithdraw,
      v1::VERIFICATION_STATE_WITHDRAWN},
     {v1::VERIFICATION_STATE_PENDING, VerificationEvent::kLapse, v1::VERIFICATION_STATE_LAPSED}});

// How long an application waits for an answer.
inline constexpr Millis kAnswerWithin = std::chrono::hours(24 * 30);
// For one person.
inline constexpr int kMaxOpenVerifications = 8;
inline constexpr int kMaxCategories = 16;

// Whether saying so is not enough: the vocabulary knows.
bool NeedsProof(std::string_view category);
bool IsVerified(const v1::Person& person, std::string_view category);
// Whether tasks may go by it.
bool Counts(const v1::Person& person, std::string_view category);

// The area that is to answer: the one named, else the only one where the person is ACTIVE.
// NOT_REGISTERED; area_code REQUIRED where there are several.
absl::StatusOr<std::string> AnsweringArea(const std::string& wanted,
                                          const v1::PersonRecord& person);
// The unit that the person came to the area through; empty: none.
std::string UnitThrough(const v1::PersonRecord& person, std::string_view area_code);

// That it names a category, or a credential with issuer and expiry, and not both; and its photos.
absl::Status CheckApplication(const v1::ApplyForVerificationRequest& request, Time now);
// The application of `applicant_id`, PENDING, under `id` and without its proof; noted with the
// person. The request has passed CheckApplication. ALREADY_APPLIED, ALREADY_VERIFIED,
// TOO_MANY_CATEGORIES, TOO_MANY_VERIFICATIONS, and as AnsweringArea.
absl::StatusOr<v1::Verification> Apply(const v1::ApplyForVerificationRequest& request,
                                       const std::string& id, const std::string& applicant_id,
                                       Time now, v1::PersonRecord* person);

// Moves it on, which is not open with the person any more and loses its proof. WRONG_STATE.
absl::Status Move(VerificationEvent event, Time now, v1::VerificationRecord* verification,
                  v1::PersonRecord* person);
// Puts what was applied for on record. NOT_REGISTERED, TOO_MANY_CATEGORIES, and for a credential as
// GrantCredential.
absl::Status Accept(const v1::Verification& verification, const Verifier& verifier, Time now,
                    v1::PersonRecord* person);
// Returns what was verified; the person may still say it. NOT_FOUND, VERIFICATION_OF_ANOTHER_AREA.
absl::StatusOr<v1::VerifiedCategory> RevokeCategory(const v1::RevokeVerificationRequest& request,
                                                    const Verifier& verifier, Time now,
                                                    v1::PersonRecord* person);

// When it lapses; nothing where it is over.
std::optional<Time> AnswerDeadline(const v1::VerificationRecord& record);

}  // namespace baodao::registration
