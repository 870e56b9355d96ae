// The rules of registrations: who may report to which area, and as what.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/registration/v1/area.pb.h"
#include "baodao/registration/v1/registration.pb.h"
#include "common/auth/principal.h"
#include "common/clock/clock.h"
#include "services/registration/domain/registration_machine.h"

namespace baodao::registration {

// Whether `descendant` is `ancestor` or lies below it.
using auth::Covers;

// How many registrations of one subject may be live at once.
inline constexpr int kMaxPersonRegistrations = 10;
inline constexpr int kMaxUnitRegistrations = 100;

bool IsUnit(std::string_view subject_id);
int MaxRegistrations(std::string_view subject_id);

// Checks a request without looking at the subject: STANDARD and CAMPAIGN are for
// anybody, a SECONDMENT needs an end in the future, PAIRING is for units and communities. People
// report at subdistricts or below, units also at districts. Only people come through a unit.
absl::Status CheckKind(std::string_view subject_id, v1::RegistrationKind kind,
                       bool has_through_unit);
absl::Status CheckArea(std::string_view subject_id, v1::RegistrationKind kind,
                       const v1::Area& area);
absl::Status CheckExpiry(const v1::CreateRegistrationRequest& request, v1::RegistrationKind kind,
                         Time now);

// ALREADY_REGISTERED when one of `live` is at the area (whatever its kind), TOO_MANY_REGISTRATIONS
// at the limit. `ending` is left out: the one that a transfer ends by the same commit.
absl::Status CheckLive(const std::vector<v1::Registration>& live, std::string_view subject_id,
                       std::string_view area_code, std::string_view ending = {});

// REGISTRATION_SUSPENDED when one of `live` is SUSPENDED at the area, above it or below it: work
// there is open to whoever is registered on any of these levels, so that another registration would
// leave the suspension behind. Areas beside it have coordinators of their own.
absl::Status CheckSuspensions(const std::vector<v1::Registration>& live, std::string_view area_code,
                              const Covers& covers);

// How long a registration waits for a review, and how long a suspension stands, before it ends by
// itself.
inline constexpr Millis kReviewWithin = std::chrono::hours(24 * 60);
inline constexpr Millis kLongestSuspension = std::chrono::hours(24 * 365);

struct Deadline {
  Time due;
  RegistrationEvent event = RegistrationEvent::kExpire;
  v1::RegistrationEndReason reason = v1::REGISTRATION_END_REASON_EXPIRED;
};
// When it ends by itself and how; nothing for an ACTIVE one without an end, and for one that has
// ended.
std::optional<Deadline> DeadlineOf(const v1::Registration& registration);

// 双报到: a person comes through their own unit, or through one that has an ACTIVE registration
// covering the area (a unit that reported to a subdistrict brings people to its communities).
// Whether the person really belongs to the unit is what the review is for.
bool MayComeThrough(std::string_view own_unit_id, std::string_view through_unit_id,
                    const std::vector<v1::Registration>& of_unit, std::string_view area_code,
                    const Covers& covers);

}  // namespace baodao::registration
