#include "services/lists/app/details.h"

#include "common/crypto/mask.h"
#include "common/status/macros.h"

namespace baodao::lists {
namespace {

// Bind what is sealed to its record.
std::string BindingOf(const std::string& need_id) { return "need:" + need_id + ":details"; }
std::string PlaceBindingOf(const std::string& resource_id) {
  return "resource:" + resource_id + ":place";
}

// What the request sets, on top of what there is.
template <class Request>
void Take(const Request& request, v1::NeedDetails* details) {
  if (request.contact().ByteSizeLong() > 0) *details->mutable_contact() = request.contact();
  if (request.has_place()) *details->mutable_place() = request.place();
}

std::string Seal(const crypto::KeyRing& keys, const std::string& need_id,
                 const v1::NeedDetails& details) {
  if (details.ByteSizeLong() == 0) return "";
  return keys.Seal(details.SerializeAsString(), BindingOf(need_id));
}

}  // namespace

std::string SealDetails(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::CreateNeedRequest& request) {
  v1::NeedDetails details;
  Take(request, &details);
  return Seal(keys, need_id, details);
}

absl::Status ResealDetails(const crypto::KeyRing& keys, const v1::ResubmitNeedRequest& request,
                           v1::NeedRecord* record) {
  const std::string& need_id = record->need().need_id();
  ASSIGN_OR_RETURN(v1::NeedDetails details, OpenDetails(keys, need_id, record->sealed_details()));
  Take(request, &details);
  record->set_sealed_details(Seal(keys, need_id, details));
  return absl::OkStatus();
}

absl::StatusOr<v1::NeedDetails> OpenDetails(const crypto::KeyRing& keys, const std::string& need_id,
                                            const std::string& sealed) {
  v1::NeedDetails details;
  if (sealed.empty()) return details;
  ASSIGN_OR_RETURN(const std::string bytes, keys.Open(sealed, BindingOf(need_id)));
  if (!details.ParseFromString(bytes)) return absl::DataLossError("details cannot be parsed");
  return details;
}

v1::NeedAnswer AnswerOf(const v1::NeedRecord& record) {
  v1::NeedAnswer answer;
  *answer.mutable_need() = record.need();
  answer.set_sealed_details(record.sealed_details());
  return answer;
}

void Reveal(const v1::NeedDetails& details, v1::Need* need) {
  if (details.has_contact()) *need->mutable_contact() = details.contact();
  if (details.has_place()) *need->mutable_place() = details.place();
}

std::string SealPlace(const crypto::KeyRing& keys, const std::string& resource_id,
                      const v1::CreateResourceRequest& request) {
  if (!request.has_place()) return "";
  return keys.Seal(request.place().SerializeAsString(), PlaceBindingOf(resource_id));
}

absl::Status RevealPlace(const crypto::KeyRing& keys, const std::string& sealed,
                         v1::Resource* resource) {
  if (sealed.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string bytes,
                   keys.Open(sealed, PlaceBindingOf(resource->resource_id())));
  if (resource->mutable_place()->ParseFromString(bytes)) return absl::OkStatus();
  return absl::DataLossError("a place cannot be parsed");
}

v1::Contact MaskContact(const v1::Contact& contact) {
  v1::Contact masked;
  masked.set_name(crypto::MaskName(contact.name()));
  masked.set_phone(crypto::MaskPhone(contact.phone()));
  masked.set_address(crypto::MaskAddress(contact.address()));
  return masked;
}

}  // namespace baodao::lists
