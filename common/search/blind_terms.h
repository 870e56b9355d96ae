// People are found by keyed hashes of their names and phones: whoever has the index but not the key
// of the deployment reads no name in it. The same term has the same hash, so who counts how often
// each one comes can guess frequent characters: see ops/decisions/0030-search.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/key_ring.h"

namespace baodao::search {

// Hashes of the terms of a name and of a whole phone, as it is kept ("" for none of either): 16
// hexadecimal digits each.
std::vector<std::string> BlindTerms(const crypto::KeyRing& ring, std::string_view name,
                                    std::string_view phone);

// Hashes of all that a query asks for: a mobile number in any form, or else words of a name.
// Nothing for a query without a letter or digit.
std::vector<std::string> BlindQuery(const crypto::KeyRing& ring, std::string_view query);

}  // namespace baodao::search
