#include "services/registration/domain/registration_rules.h"

#include <algorithm>

#include "common/areas/tree.h"
#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::registration {

bool IsUnit(std::string_view subject_id) { return subject_id.starts_with("unt_"); }

int MaxRegistrations(std::string_view subject_id) {
  return IsUnit(subject_id) ? kMaxUnitRegistrations : kMaxPersonRegistrations;
}

absl::Status CheckKind(std::string_view subject_id, v1::RegistrationKind kind,
                       bool has_through_unit) {
  if (kind == v1::REGISTRATION_KIND_PAIRING && !IsUnit(subject_id)) {
    return RefuseField("kind", ViolationKind::NOT_ALLOWED);
  }
  if (has_through_unit && IsUnit(subject_id)) {
    return RefuseField("through_unit_id", ViolationKind::NOT_ALLOWED);
  }
  return absl::OkStatus();
}

absl::Status CheckArea(std::string_view subject_id, v1::RegistrationKind kind,
                       const v1::Area& area) {
  const auto highest = IsUnit(subject_id) ? v1::AREA_LEVEL_DISTRICT : v1::AREA_LEVEL_SUBDISTRICT;
  const bool pairs_wrongly =
      kind == v1::REGISTRATION_KIND_PAIRING && area.level() != v1::AREA_LEVEL_COMMUNITY;
  if (areas::RankOf(area.level()) < areas::RankOf(highest) || pairs_wrongly) {
    return Refuse(Reason::AREA_LEVEL_WRONG, {{"area", area.code()}});
  }
  return absl::OkStatus();
}

absl::Status CheckExpiry(const v1::CreateRegistrationRequest& request, v1::RegistrationKind kind,
                         Time now) {
  if (!request.has_expire_time()) {
    if (kind != v1::REGISTRATION_KIND_SECONDMENT) return absl::OkStatus();
    return RefuseField("expire_time", ViolationKind::REQUIRED);
  }
  if (ToTime(request.expire_time()) > now) return absl::OkStatus();
  return RefuseField("expire_time", ViolationKind::IN_THE_PAST);
}

absl::Status CheckLive(const std::vector<v1::Registration>& live, std::string_view subject_id,
                       std::string_view area_code, std::string_view ending) {
  int count = 0;
  for (const v1::Registration& registration : live) {
    if (registration.registration_id() == ending) continue;
    if (!IsLive(registration.state())) continue;
    if (registration.area_code() == area_code) {
      return Refuse(Reason::ALREADY_REGISTERED,
                    {{"registration", registration.registration_id()},
                     {"state", record::StateName(registration.state())}});
    }
    ++count;
  }
  const int max = MaxRegistrations(subject_id);
  if (count < max) return absl::OkStatus();
  return Refuse(Reason::TOO_MANY_REGISTRATIONS, {{"max", std::to_string(max)}});
}

absl::Status CheckSuspensions(const std::vector<v1::Registration>& live, std::string_view area_code,
                              const Covers& covers) {
  for (const v1::Registration& registration : live) {
    if (registration.state() != v1::REGISTRATION_STATE_SUSPENDED) continue;
    const std::string& area = registration.area_code();
    if (covers(area, area_code) || covers(area_code, area)) {
      return Refuse(Reason::REGISTRATION_SUSPENDED,
                    {{"registration", registration.registration_id()}, {"area", area}});
    }
  }
  return absl::OkStatus();
}

std::optional<Deadline> DeadlineOf(const v1::Registration& registration) {
  std::optional<Deadline> deadline;
  if (registration.state() == v1::REGISTRATION_STATE_PENDING) {
    deadline = {ToTime(registration.create_time()) + kReviewWithin, RegistrationEvent::kLapse,
                v1::REGISTRATION_END_REASON_LAPSED};
  } else if (registration.state() == v1::REGISTRATION_STATE_SUSPENDED) {
    // Nothing else changes one that is suspended.
    deadline = Deadline{ToTime(registration.update_time()) + kLongestSuspension};
  } else if (registration.state() != v1::REGISTRATION_STATE_ACTIVE) {
    return std::nullopt;
  }
  if (!registration.has_expire_time()) return deadline;
  const Time end = ToTime(registration.expire_time());
  if (!deadline || end <= deadline->due) deadline = Deadline{end};
  return deadline;
}

bool MayComeThrough(std::string_view own_unit_id, std::string_view through_unit_id,
                    const std::vector<v1::Registration>& of_unit, std::string_view area_code,
                    const Covers& covers) {
  if (own_unit_id == through_unit_id) return true;
  return std::any_of(of_unit.begin(), of_unit.end(), [&](const v1::Registration& registration) {
    return registration.state() == v1::REGISTRATION_STATE_ACTIVE &&
           covers(registration.area_code(), area_code);
  });
}

}  // namespace baodao::registration
