#include "services/lists/store/contact.h"

#include "common/crypto/mask.h"
#include "common/status/macros.h"

namespace baodao::lists {
namespace {

// Binds a sealed contact to its need.
std::string PlaceOf(const std::string& need_id) { return "need:" + need_id + ":contact"; }

}  // namespace

std::string SealContact(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::Contact& contact) {
  if (contact.ByteSizeLong() == 0) return "";
  return keys.Seal(contact.SerializeAsString(), PlaceOf(need_id));
}

absl::StatusOr<v1::Contact> OpenContact(const crypto::KeyRing& keys, const std::string& need_id,
                                        const std::string& sealed) {
  v1::Contact contact;
  if (sealed.empty()) return contact;
  ASSIGN_OR_RETURN(const std::string bytes, keys.Open(sealed, PlaceOf(need_id)));
  if (!contact.ParseFromString(bytes)) return absl::DataLossError("a contact cannot be parsed");
  return contact;
}

v1::Contact MaskContact(const v1::Contact& contact) {
  v1::Contact masked;
  masked.set_name(crypto::MaskName(contact.name()));
  masked.set_phone(crypto::MaskPhone(contact.phone()));
  masked.set_address(crypto::MaskAddress(contact.address()));
  return masked;
}

}  // namespace baodao::lists
