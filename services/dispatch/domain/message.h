// Messages of coordinators to the people of one task.
#pragma once

#include <absl/status/statusor.h>

#include <set>
#include <string>

#include "baodao/dispatch/v1/message.pb.h"
#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// For one task, in 24 hours.
inline constexpr int kMessagesPerDay = 5;
// For one task; the oldest go.
inline constexpr uint64_t kMessagesKept = 50;
// Whom one event names at most.
inline constexpr int kToldPerEvent = 100;

struct MessageCommand {
  std::string sender_id;
  std::string text;
  std::set<v1::AssignmentState> states;  // empty: all that a message can be for
};

// The command of a request. Refuses states that no message is for.
absl::StatusOr<MessageCommand> MessageOf(const v1::SendTaskMessageRequest& request,
                                         std::string sender_id);
// Fills the message, and tells everybody it is for. Everybody must be loaded. Refusals: WRONG_STATE
// (the task is over), NOBODY_TO_TELL, RATE_LIMITED.
absl::StatusOr<Effects> DecideMessage(Aggregate& aggregate, const MessageCommand& command,
                                      v1::TaskMessage* message, Time now);

}  // namespace baodao::dispatch
