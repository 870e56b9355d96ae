#include "common/paging/page_token.h"

#include <google/protobuf/descriptor.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "common/crypto/base64.h"
#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/status.h"

namespace baodao::paging {
namespace {

// A token is version (1 byte), issue time (8), position, and the keyed hash (BLAKE2b-128) of these
// under the query's key, all as base64url.
constexpr char kVersion = 2;
constexpr size_t kHead = 1 + 8;
constexpr size_t kCheck = 16;
// Records read beyond those shown that cost as much as one more call.
constexpr double kReadsPerCall = 100;

std::string Bytes(uint64_t value) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

uint64_t Number(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string CheckOf(std::string_view content, const Query& query) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  std::string check(kCheck, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(check.data()), check.size(), bytes(content),
                     content.size(), bytes(query.key), query.key.size());
  return check;
}

void Clear(google::protobuf::Message* message, const char* name) {
  const auto* field = message->GetDescriptor()->FindFieldByName(name);
  if (field != nullptr) message->GetReflection()->ClearField(message, field);
}

}  // namespace

Query QueryOf(const crypto::KeyRing& ring, std::string_view method,
              const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  Clear(query.get(), "page_token");
  Clear(query.get(), "page_size");
  return {ring.LookupHash("page-query|" + std::string(method) + '\0' + query->SerializeAsString())};
}

std::string Encode(std::string_view position, const Query& query, Time now) {
  if (position.size() > kMaxPositionBytes) {
    log::Error("paging.position_too_long", {{"bytes", position.size()}});
    std::abort();
  }
  std::string content(1, kVersion);
  content += Bytes(static_cast<uint64_t>(now.time_since_epoch().count()));
  content += position;
  return crypto::Encode64(content + CheckOf(content, query), crypto::Base64::kUrl);
}

absl::StatusOr<std::string> Decode(std::string_view token, const Query& query, Time now) {
  if (token.empty()) return std::string();
  const std::optional<std::string> bytes = crypto::Decode64(token, crypto::Base64::kUrl);
  if (!bytes.has_value() || bytes->size() < kHead + kCheck || bytes->front() != kVersion) {
    return Refuse(Reason::PAGE_TOKEN_INVALID);
  }
  const std::string_view content = std::string_view(*bytes).substr(0, bytes->size() - kCheck);
  if (!crypto::SecureEquals(CheckOf(content, query), bytes->substr(content.size()))) {
    return Refuse(Reason::PAGE_TOKEN_INVALID);
  }
  const Time issued(Millis(static_cast<int64_t>(Number(content.substr(1, 8)))));
  if (issued < Time{} || issued > now + kLifetime) return Refuse(Reason::PAGE_TOKEN_INVALID);
  if (now - issued > kLifetime) return Refuse(Reason::PAGE_TOKEN_EXPIRED);
  return std::string(content.substr(kHead));
}

double CallsOwed(int64_t read, int64_t shown) {
  return std::max(0.0, static_cast<double>(read - shown) / kReadsPerCall - 1);
}

int PageSize(int requested, int standard, int max) {
  return std::min(requested <= 0 ? standard : requested, max);
}

}  // namespace baodao::paging
