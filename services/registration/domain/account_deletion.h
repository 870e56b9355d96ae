// The deletion of an account (注销): asked for, it comes after some time in which it can be taken
// back.
#pragma once

#include <absl/status/status.h>

#include <optional>

#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

inline constexpr std::chrono::hours kDeleteAfter{15 * 24};
// By how much it is put off while something is open.
inline constexpr std::chrono::hours kPutOff{24};

// Whether its deletion was asked for, or has come.
bool IsClosing(const v1::Person& person);
// ACCOUNT_CLOSING where it was.
absl::Status CheckStays(const v1::Person& person);

// Asks for the deletion.
void Close(Time now, v1::Person* person);
// NO_ACCOUNT_DELETION.
absl::Status Reopen(Time now, v1::Person* person);
// Something is open still.
void PutOff(Time now, v1::Person* person);
// When it is due; nothing where nobody asks, and once it is done.
std::optional<Time> DeletionDue(const v1::PersonRecord& record);
// Takes out everything but the id, and when the account came and went.
void Erase(Time now, v1::PersonRecord* record);

// When the clock moves a person next: for their deletion, or to remind them of a credential.
std::optional<Time> NextTimeOf(const v1::PersonRecord& record);

}  // namespace baodao::registration
