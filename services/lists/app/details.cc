#include "services/lists/app/details.h"

#include <utility>

#include "common/crypto/mask.h"
#include "common/crypto/sealed_message.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "services/lists/domain/resource.h"

namespace baodao::lists {
namespace {

// Bind what is sealed to its record.
std::string BindingOf(const std::string& need_id) { return "need:" + need_id + ":details"; }
std::string PlaceBindingOf(const std::string& resource_id) {
  return "resource:" + resource_id + ":place";
}

void Take(const v1::CreateNeedRequest& request, v1::NeedDetails* details) {
  if (request.contact().ByteSizeLong() > 0) *details->mutable_contact() = request.contact();
  if (request.has_beneficiary()) *details->mutable_beneficiary() = request.beneficiary();
  if (request.has_place()) *details->mutable_place() = request.place();
  *details->mutable_photos() = request.photos();
}

v1::Contact Masked(const v1::Contact& contact) {
  v1::Contact masked;
  masked.set_name(crypto::MaskName(contact.name()));
  masked.set_phone(crypto::MaskPhone(contact.phone()));
  masked.set_address(crypto::MaskAddress(contact.address()));
  return masked;
}

v1::Beneficiary Masked(v1::Beneficiary beneficiary) {
  beneficiary.set_name(crypto::MaskName(beneficiary.name()));
  beneficiary.set_phone(crypto::MaskPhone(beneficiary.phone()));
  return beneficiary;
}

}  // namespace

std::string SealDetails(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::CreateNeedRequest& request) {
  v1::NeedDetails details;
  Take(request, &details);
  return SealDetails(keys, need_id, details);
}

std::string SealDetails(const crypto::KeyRing& keys, const std::string& id,
                        const v1::NeedDetails& details) {
  return crypto::SealMessage(keys, details, BindingOf(id));
}

absl::Status ResealDetails(const crypto::KeyRing& keys, const v1::UpdateNeedRequest& request,
                           v1::NeedRecord* record) {
  const bool contact = record::Sets(request, "contact");
  const bool beneficiary = record::Sets(request, "beneficiary");
  const bool place = record::Sets(request, "place");
  const bool photos = record::Sets(request, "photos");
  if (!contact && !beneficiary && !place && !photos) return absl::OkStatus();
  const std::string& need_id = record->need().need_id();
  ASSIGN_OR_RETURN(v1::NeedDetails details, OpenDetails(keys, need_id, record->sealed_details()));
  if (contact) details.clear_contact();
  if (contact && request.contact().ByteSizeLong() > 0) {
    *details.mutable_contact() = request.contact();
  }
  if (beneficiary) details.clear_beneficiary();
  if (beneficiary && request.has_beneficiary()) {
    *details.mutable_beneficiary() = request.beneficiary();
  }
  if (place) details.clear_place();
  if (place && request.has_place()) *details.mutable_place() = request.place();
  if (photos) *details.mutable_photos() = request.photos();
  record->set_sealed_details(crypto::SealMessage(keys, details, BindingOf(need_id)));
  return absl::OkStatus();
}

absl::StatusOr<v1::NeedDetails> OpenDetails(const crypto::KeyRing& keys, const std::string& need_id,
                                            const std::string& sealed) {
  return crypto::OpenMessage<v1::NeedDetails>(keys, sealed, BindingOf(need_id));
}

void Reveal(const v1::NeedDetails& details, v1::Need* need) {
  if (details.has_contact()) *need->mutable_contact() = details.contact();
  if (details.has_beneficiary()) *need->mutable_beneficiary() = details.beneficiary();
  if (details.has_place()) *need->mutable_place() = details.place();
  *need->mutable_photos() = details.photos();
}

absl::StatusOr<v1::Need> ShowNeed(const crypto::KeyRing& keys, const auth::Principal& caller,
                                  v1::NeedRecord record) {
  v1::Need need = std::move(*record.mutable_need());
  ASSIGN_OR_RETURN(const v1::NeedDetails details,
                   OpenDetails(keys, need.need_id(), record.sealed_details()));
  if (caller.Is(need.requester_id())) {
    Reveal(details, &need);
    return need;
  }
  if (details.has_contact()) *need.mutable_contact() = Masked(details.contact());
  if (details.has_beneficiary()) *need.mutable_beneficiary() = Masked(details.beneficiary());
  return need;
}

std::string SealPlace(const crypto::KeyRing& keys, const std::string& resource_id,
                      const common::v1::GeoPoint& place) {
  return crypto::SealMessage(keys, place, PlaceBindingOf(resource_id));
}

absl::StatusOr<v1::Resource> ShowResource(const crypto::KeyRing& keys,
                                          const auth::Principal& caller,
                                          v1::ResourceRecord record) {
  v1::Resource resource = PublicView(std::move(*record.mutable_resource()));
  if (!caller.Is(resource.owner_id()) || record.sealed_place().empty()) return resource;
  ASSIGN_OR_RETURN(*resource.mutable_place(),
                   crypto::OpenMessage<common::v1::GeoPoint>(
                       keys, record.sealed_place(), PlaceBindingOf(resource.resource_id())));
  return resource;
}

}  // namespace baodao::lists
