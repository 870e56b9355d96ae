// The deletion of an account (注销): asked for, it comes after some time in which it can be taken
// back.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <vector>

#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

inline constexpr std::chrono::hours kDeleteAfter{15 * 24};
// By how much it is put off while something is open.
inline constexpr std::chrono::hours kPutOff{24};

// The rest elsewhere is erased so much later: a login that had begun has left its session then.
inline constexpr std::chrono::seconds kRemainsAfter{1};

// Whether its deletion was asked for, or has come.
bool IsClosing(const v1::Person& person);
// Whether it has come.
bool IsErased(const v1::PersonRecord& record);
// NOT_FOUND where it has come.
absl::Status CheckNotErased(const v1::PersonRecord& record);
// ACCOUNT_CLOSING where it was.
absl::Status CheckStays(const v1::Person& person);

// Asks for the deletion.
void Close(Time now, v1::Person* person);
// NO_ACCOUNT_DELETION; NOT_FOUND.
absl::Status Reopen(Time now, v1::PersonRecord* record);
// `open` are what is open still; answers whether they are others than the last time.
bool PutOff(Time now, const std::vector<std::string>& open, v1::PersonRecord* record);
// When it is due; nothing where nobody asks, and once it is done.
std::optional<Time> DeletionDue(const v1::PersonRecord& record);
// Takes out everything but the id, when the account came and went, and what leads to its remains.
void Erase(Time now, v1::PersonRecord* record);

// When the clock moves a person next: for their deletion and its remains, or to remind them of a
// credential.
std::optional<Time> NextTimeOf(const v1::PersonRecord& record);

}  // namespace baodao::registration
