// The private parts of needs and resources (contacts, beneficiaries, exact places, photos), sealed
// wherever they are kept.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "common/auth/principal.h"
#include "common/crypto/key_ring.h"

namespace baodao::lists {

// Contact, beneficiary, place and photos of the request; empty where it has none of them.
std::string SealDetails(const crypto::KeyRing& keys, const std::string& need_id,
                        const v1::CreateNeedRequest& request);
// Details of another need or of a series; `id` is of the one or the other.
std::string SealDetails(const crypto::KeyRing& keys, const std::string& id,
                        const v1::NeedDetails& details);
// Replaces contact, beneficiary, place and photos as far as the mask of the update names them; the
// rest stays.
// DATA_LOSS when the old ones cannot be opened.
absl::Status ResealDetails(const crypto::KeyRing& keys, const v1::UpdateNeedRequest& request,
                           v1::NeedRecord* record);
// Nothing in them for empty bytes. DATA_LOSS when they cannot be opened.
absl::StatusOr<v1::NeedDetails> OpenDetails(const crypto::KeyRing& keys, const std::string& need_id,
                                            const std::string& sealed);
// Puts the details into the need.
void Reveal(const v1::NeedDetails& details, v1::Need* need);
// The need with its details for its requester, with the people in them masked for others.
// DATA_LOSS.
absl::StatusOr<v1::Need> ShowNeed(const crypto::KeyRing& keys, const auth::Principal& caller,
                                  v1::NeedRecord record);
// Exactly where a person's resource is; empty where no place is given.
std::string SealPlace(const crypto::KeyRing& keys, const std::string& resource_id,
                      const common::v1::GeoPoint& place);
// The resource with its exact place for its owner, rounded for others. DATA_LOSS.
absl::StatusOr<v1::Resource> ShowResource(const crypto::KeyRing& keys,
                                          const auth::Principal& caller, v1::ResourceRecord record);

}  // namespace baodao::lists
