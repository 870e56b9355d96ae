// Which lists a task stands in, and what a change of it writes to them: nothing, unless it fills
// up, frees up or changes its phase.
#pragma once

#include <string>
#include <string_view>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/store/commit.h"
#include "services/dispatch/store/keys.h"

namespace baodao::dispatch {

inline constexpr std::string_view kOpenList = "open";
inline constexpr std::string_view kLiveList = "live";
inline constexpr std::string_view kDoneList = "done";
inline constexpr std::string_view kEndedList = "ended";
// Requests for credit that are PENDING.
inline constexpr std::string_view kCreditList = "credits";

// Whether it may be claimed, its start aside.
bool IsClaimable(const v1::Task& task);
// The list that holds every task of this state.
std::string_view ListOf(v1::TaskState state);
// How a task stands in the lists: with its category, which pages filter by.
std::string MemberOf(const v1::Task& task);
// Order in the lists: by start; tasks that start together are spread over the millisecond by their
// id, so that a page can begin anywhere among thousands that start at nine.
double TaskScore(const v1::Task& task);

// Adds to `commit` what leads from `before` (state UNSPECIFIED: a new task) to `after`.
void UpdateIndexes(const DispatchKeys& keys, const v1::TaskRecord& before,
                   const v1::TaskRecord& after, store::Commit& commit);
// Adds what the person's request for credit becomes in its list.
void UpdateCreditList(const DispatchKeys& keys, const v1::TaskRecord& record,
                      const v1::Assignment& before, const v1::Assignment& after,
                      store::Commit& commit);
// Adds what leads from the claims of units before to those after in the lists of the units.
void UpdateUnitClaims(const DispatchKeys& keys, const v1::TaskRecord& before,
                      const v1::TaskRecord& after, store::Commit& commit);
// Adds what takes a task that is over out of them.
void RemoveFromIndexes(const DispatchKeys& keys, const v1::TaskRecord& record,
                       store::Commit& commit);

}  // namespace baodao::dispatch
