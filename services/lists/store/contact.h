// How people in need are reached: sealed wherever it is kept.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "common/crypto/key_ring.h"

namespace baodao::lists {

// Empty for an empty contact.
std::string SealContact(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::Contact& contact);
// An empty contact for empty bytes. DATA_LOSS when it cannot be opened.
absl::StatusOr<v1::Contact> OpenContact(const crypto::KeyRing& keys, const std::string& need_id,
                                        const std::string& sealed);
// What everybody else sees.
v1::Contact MaskContact(const v1::Contact& contact);

}  // namespace baodao::lists
