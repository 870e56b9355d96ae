#include "services/lists/domain/resource.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/areas/geo.h"
#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/slot_places.h"

namespace baodao::lists {
namespace {

constexpr int kStandardDaysAhead = 14;
// A day of shorter ones would be long to go through.
constexpr int kShortestSlot = 10;  // minutes

absl::Status CheckExpiry(const v1::CreateResourceRequest& request, Time now) {
  if (!request.has_expire_time()) return absl::OkStatus();
  const Time expire = ToTime(request.expire_time());
  if (expire <= now) return RefuseField("expire_time", ViolationKind::IN_THE_PAST);
  if (expire <= now + kListedFor) return absl::OkStatus();
  std::string latest = ToRfc3339(now + kListedFor);
  return RefuseField("expire_time", ViolationKind::TOO_FAR_AHEAD, {{"max", std::move(latest)}});
}

// The demands of BookingTerms on the rest, where there are any.
absl::Status CheckTerms(const v1::Resource& resource) {
  if (!resource.has_booking()) return absl::OkStatus();
  if (resource.slots().empty()) return RefuseField("slots", ViolationKind::REQUIRED);
  // A place would be had twice in hours that overlap.
  RETURN_IF_ERROR(CheckApart(resource.slots(), "slots"));
  const auto within = [](const char* field, int value, int max) -> absl::Status {
    if (value <= max) return absl::OkStatus();
    return RefuseField(field, ViolationKind::ABOVE_MAX, {{"max", std::to_string(max)}});
  };
  RETURN_IF_ERROR(within("capacity", resource.capacity(), kMaxPlaces));
  const v1::BookingTerms& terms = resource.booking();
  const int longest = terms.days_ahead() * 24 * 60 - 1;
  RETURN_IF_ERROR(within("booking.notice_minutes", terms.notice_minutes(), longest));
  if (terms.slot_minutes() == 0) return absl::OkStatus();
  if (terms.slot_minutes() < kShortestSlot) {
    return RefuseField("booking.slot_minutes", ViolationKind::BELOW_MIN,
                       {{"min", std::to_string(kShortestSlot)}});
  }
  int shortest = 24 * 60;
  for (const common::v1::WeeklySlot& open : resource.slots()) {
    shortest = std::min(shortest, open.end_minute() - open.start_minute());
  }
  return within("booking.slot_minutes", terms.slot_minutes(), shortest);
}

v1::BookingTerms TermsOf(v1::BookingTerms asked) {
  if (asked.days_ahead() == 0) asked.set_days_ahead(kStandardDaysAhead);
  return asked;
}

}  // namespace

absl::StatusOr<v1::Resource> NewResource(const v1::CreateResourceRequest& request,
                                         const std::string& owner_id, Time now) {
  v1::Resource resource;
  resource.set_title(request.title());
  resource.set_description(request.description());
  resource.set_category(request.category());
  resource.set_area_code(request.area_code());
  if (request.has_place()) *resource.mutable_place() = request.place();
  resource.set_capacity(request.capacity());
  *resource.mutable_slots() = request.slots();
  if (request.has_booking()) *resource.mutable_booking() = TermsOf(request.booking());
  RETURN_IF_ERROR(CheckHours(resource.slots(), "slots"));
  RETURN_IF_ERROR(CheckExpiry(request, now));
  RETURN_IF_ERROR(CheckTerms(resource));
  resource.set_state(v1::RESOURCE_STATE_LISTED);
  resource.set_owner_id(owner_id);
  *resource.mutable_expire_time() =
      request.has_expire_time() ? request.expire_time() : ToTimestamp(now + kListedFor);
  *resource.mutable_create_time() = ToTimestamp(now);
  *resource.mutable_update_time() = ToTimestamp(now);
  return PublicView(std::move(resource));
}

absl::Status Update(v1::Resource* resource, const v1::UpdateResourceRequest& request, Time now) {
  RETURN_IF_ERROR(record::CheckMask(
      request, {"title", "description", "category", "place", "capacity", "slots", "booking"},
      {"title", "category", "capacity", "booking"}));
  RETURN_IF_ERROR(CheckLinkable(*resource));
  const auto sets = [&](std::string_view field) { return record::Sets(request, field); };
  if (sets("title")) resource->set_title(request.title());
  if (sets("description")) resource->set_description(request.description());
  if (sets("category")) resource->set_category(request.category());
  if (sets("place")) resource->clear_place();
  if (sets("place") && request.has_place()) *resource->mutable_place() = request.place();
  if (sets("capacity")) resource->set_capacity(request.capacity());
  if (sets("slots")) *resource->mutable_slots() = request.slots();
  if (sets("booking")) *resource->mutable_booking() = TermsOf(request.booking());
  RETURN_IF_ERROR(CheckHours(resource->slots(), "slots"));
  RETURN_IF_ERROR(CheckTerms(*resource));
  *resource->mutable_update_time() = ToTimestamp(now);
  *resource = PublicView(std::move(*resource));
  return absl::OkStatus();
}

v1::Resource PublicView(v1::Resource resource) {
  if (resource.has_place() && IsOfPerson(resource)) {
    *resource.mutable_place() = areas::Coarse(resource.place());
  }
  return resource;
}

bool IsOfPerson(const v1::Resource& resource) { return resource.owner_id().starts_with("per_"); }

absl::Status Withdraw(v1::Resource* resource, const std::string& reason, Time now) {
  RETURN_IF_ERROR(kResourceMachine.Move(resource, ResourceEvent::kWithdraw));
  resource->set_withdraw_reason(reason);
  *resource->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status CheckLinkable(const v1::Resource& resource) {
  if (resource.state() == v1::RESOURCE_STATE_LISTED) return absl::OkStatus();
  return WrongState(record::StateName(resource.state()));
}

std::optional<Time> DeadlineOf(const v1::ResourceRecord& record) {
  const v1::Resource& resource = record.resource();
  if (resource.state() != v1::RESOURCE_STATE_LISTED || !resource.has_expire_time()) {
    return std::nullopt;
  }
  return ToTime(resource.expire_time());
}

void Lapse(v1::ResourceRecord* record, Time now) {
  // Only a LISTED one has a deadline.
  Withdraw(record->mutable_resource(), "", now).IgnoreError();
}

}  // namespace baodao::lists
