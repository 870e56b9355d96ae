#include "common/search/blind_terms.h"

#include <optional>

#include "common/search/terms.h"
#include "common/validate/phone.h"

namespace baodao::search {
namespace {

// 64 bits: more than enough for the terms of all names there are.
constexpr size_t kDigits = 16;

std::string Blind(const crypto::KeyRing& ring, std::string_view purpose, std::string_view term) {
  std::string text(purpose);
  text += '\0';
  text += term;
  return ring.LookupHash(text).substr(0, kDigits);
}

std::string BlindName(const crypto::KeyRing& ring, std::string_view term) {
  return Blind(ring, "search_name", term);
}

std::string BlindPhone(const crypto::KeyRing& ring, std::string_view phone) {
  return Blind(ring, "search_phone", phone);
}

}  // namespace

std::vector<std::string> BlindTerms(const crypto::KeyRing& ring, std::string_view name,
                                    std::string_view phone) {
  std::vector<std::string> hashes;
  for (const std::string& term : TermsOf(name)) hashes.push_back(BlindName(ring, term));
  if (!phone.empty()) hashes.push_back(BlindPhone(ring, phone));
  return hashes;
}

std::vector<std::string> BlindQuery(const crypto::KeyRing& ring, std::string_view query) {
  if (const std::optional<std::string> phone = validate::CanonicalMobile(query)) {
    return {BlindPhone(ring, *phone)};
  }
  const Asked asked = AskedBy(query);
  std::vector<std::string> hashes;
  for (const std::string& term : asked.terms) hashes.push_back(BlindName(ring, term));
  if (!asked.prefix.empty()) hashes.push_back(BlindName(ring, asked.prefix));
  return hashes;
}

}  // namespace baodao::search
