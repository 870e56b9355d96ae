#include "services/lists/store/details.h"

#include "common/crypto/mask.h"
#include "common/status/macros.h"

namespace baodao::lists {
namespace {

// Binds sealed details to their need.
std::string BindingOf(const std::string& need_id) { return "need:" + need_id + ":details"; }

}  // namespace

std::string SealDetails(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::CreateNeedRequest& request) {
  v1::NeedDetails details;
  if (request.contact().ByteSizeLong() > 0) *details.mutable_contact() = request.contact();
  if (request.has_place()) *details.mutable_place() = request.place();
  if (details.ByteSizeLong() == 0) return "";
  return keys.Seal(details.SerializeAsString(), BindingOf(need_id));
}

absl::StatusOr<v1::NeedDetails> OpenDetails(const crypto::KeyRing& keys, const std::string& need_id,
                                            const std::string& sealed) {
  v1::NeedDetails details;
  if (sealed.empty()) return details;
  ASSIGN_OR_RETURN(const std::string bytes, keys.Open(sealed, BindingOf(need_id)));
  if (!details.ParseFromString(bytes)) return absl::DataLossError("details cannot be parsed");
  return details;
}

void Reveal(const v1::NeedDetails& details, v1::Need* need) {
  if (details.has_contact()) *need->mutable_contact() = details.contact();
  if (details.has_place()) *need->mutable_place() = details.place();
}

v1::Contact MaskContact(const v1::Contact& contact) {
  v1::Contact masked;
  masked.set_name(crypto::MaskName(contact.name()));
  masked.set_phone(crypto::MaskPhone(contact.phone()));
  masked.set_address(crypto::MaskAddress(contact.address()));
  return masked;
}

}  // namespace baodao::lists
