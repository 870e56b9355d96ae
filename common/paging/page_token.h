// Page tokens of list methods: opaque to clients, bound to their query, checked when they come
// back.
//
//   const uint64_t query = paging::QueryOf("lists.ListNeeds", request);
//   CO_ASSIGN_OR_RETURN(std::string after, paging::Decode(request.page_token(), query,
//   clock.Now())); … response.set_next_page_token(paging::Encode(last_id, query, clock.Now()));
#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/clock/clock.h"

namespace baodao::paging {

// How long a token can be used.
inline constexpr std::chrono::hours kLifetime{24};
// Longest position: its token still fits the 512 characters a request may carry.
inline constexpr size_t kMaxPositionBytes = 340;

// What the token belongs to: a hash of `method` and of the request without its page_token and
// page_size, so that a client may change the size between pages but nothing else.
uint64_t QueryOf(std::string_view method, const google::protobuf::Message& request);

// `position` is where the next page starts, in the list's own terms (usually the last id shown).
// Aborts when it is longer than kMaxPositionBytes.
std::string Encode(std::string_view position, uint64_t query, Time now);

// The position; empty for an empty token. PAGE_TOKEN_INVALID for anything Encode did not make for
// this query, PAGE_TOKEN_EXPIRED after kLifetime. A token is checked, not secret: a client could
// forge one, so a position must never grant anything that the query itself does not.
absl::StatusOr<std::string> Decode(std::string_view token, uint64_t query, Time now);

// `requested` of a request's page_size: 0 means `standard`, and never more than `most`.
int PageSize(int requested, int standard, int most);

}  // namespace baodao::paging
