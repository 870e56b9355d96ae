// Page tokens of list methods: bound to their query by a key of the deployment, so that nobody but
// its services can make one, and any replica takes another's.
// Handlers take both from asked_page.h.
#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"

namespace baodao::paging {

// How long a token can be used.
inline constexpr std::chrono::hours kLifetime{24};
// Longest position: its token still fits the 512 characters a request may carry.
inline constexpr size_t kMaxPositionBytes = 340;

// The query that a token belongs to. Secret: one who has it can make tokens.
struct Query {
  std::string key;
  bool operator==(const Query&) const = default;
};

// The query of `method` and the request without its page_token and page_size: between pages a
// client may change the size, but nothing else.
Query QueryOf(const crypto::KeyRing& ring, std::string_view method,
              const google::protobuf::Message& request);

// `position` is where the next page starts, in the list's own terms (usually the last id shown).
// Aborts when it is longer than kMaxPositionBytes.
std::string Encode(std::string_view position, const Query& query, Time now);

// The position; empty for an empty token. PAGE_TOKEN_INVALID for anything Encode did not make for
// this query, PAGE_TOKEN_EXPIRED after kLifetime.
absl::StatusOr<std::string> Decode(std::string_view token, const Query& query, Time now);

// The price of a call that read `read` records to show `shown`, in calls of the ordinary kind (see
// rpc::CallContext::Charge).
double CallsOwed(int64_t read, int64_t shown);

// `requested` of a request's page_size: 0 means `standard`, and never more than `max`.
int PageSize(int requested, int standard, int max);

}  // namespace baodao::paging
