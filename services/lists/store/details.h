// Who needs help, and exactly where: sealed wherever it is kept.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "common/crypto/key_ring.h"

namespace baodao::lists {

// Contact and place of the request; empty where it has neither.
std::string SealDetails(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::CreateNeedRequest& request);
// Nothing in them for empty bytes. DATA_LOSS when they cannot be opened.
absl::StatusOr<v1::NeedDetails> OpenDetails(const crypto::KeyRing& keys, const std::string& need_id,
                                            const std::string& sealed);
// Puts the details into the need.
void Reveal(const v1::NeedDetails& details, v1::Need* need);
// What everybody else sees.
v1::Contact MaskContact(const v1::Contact& contact);

}  // namespace baodao::lists
