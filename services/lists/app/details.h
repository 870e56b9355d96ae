// Who needs help, and exactly where; exactly where people are who give: sealed wherever it is kept.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "common/crypto/key_ring.h"

namespace baodao::lists {

// Contact and place of the request; empty where it has neither.
std::string SealDetails(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::CreateNeedRequest& request);
// Those of a need that comes back: what the request does not set stays. DATA_LOSS when the old ones
// cannot be opened.
absl::Status ResealDetails(const crypto::KeyRing& keys, const v1::ResubmitNeedRequest& request,
                           v1::NeedRecord* record);
// Nothing in them for empty bytes. DATA_LOSS when they cannot be opened.
absl::StatusOr<v1::NeedDetails> OpenDetails(const crypto::KeyRing& keys, const std::string& need_id,
                                            const std::string& sealed);
// What a mutation keeps as its answer: the details stay sealed.
v1::NeedAnswer AnswerOf(const v1::NeedRecord& record);
// Puts the details into the need.
void Reveal(const v1::NeedDetails& details, v1::Need* need);
// Exactly where a person's resource is; empty where the request has no place.
std::string SealPlace(const crypto::KeyRing& keys, const std::string& resource_id,
                      const v1::CreateResourceRequest& request);
// Puts the exact place into the resource, if there is one. DATA_LOSS when it cannot be opened.
absl::Status RevealPlace(const crypto::KeyRing& keys, const std::string& sealed,
                         v1::Resource* resource);
// What everybody else sees.
v1::Contact MaskContact(const v1::Contact& contact);

}  // namespace baodao::lists
