// People's calendar feeds: their tokens, and what they show.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/dispatch/app/app.h"
#include "services/dispatch/domain/feed.h"

namespace baodao::dispatch {

// The token of a feed: whose it is, and a keyed hash of that and of the feed's nonce.
std::string FeedTokenOf(const crypto::KeyRing& ring, const v1::CalendarFeedRecord& feed);

// A feed as stored, also one that was revoked.
using StoredFeed = record::Versioned<v1::CalendarFeedRecord>;
Task<absl::StatusOr<StoredFeed>> LoadFeed(App& app, std::string person_id);
inline bool IsOpen(const StoredFeed& feed) { return !feed.record.nonce().empty(); }

// Whose feed the token opens. CALENDAR_FEED_UNKNOWN, whatever is wrong with it.
Task<absl::StatusOr<std::string>> OwnerOfFeed(App& app, std::string token);

// Ends the feed of a person whose account was deleted; a token that is left makes no other.
Task<absl::Status> CloseFeed(App& app, std::string person_id, record::Origin origin);

// The events that the person's feed shows now, by start. It remembers that before this answers, so
// that a client is told what becomes of every event it was ever sent. CALENDAR_FEED_UNKNOWN where
// the person has none.
Task<absl::StatusOr<std::vector<FeedEvent>>> ReadFeed(App& app, std::string person_id);

}  // namespace baodao::dispatch
