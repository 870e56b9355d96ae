// Needs follow their tasks: dispatch's events. Series of needs end with the registration of their
// requesters, and what is private goes with an account: registration's.
#pragma once

#include <absl/status/status.h>

#include "common/events/consumer.h"
#include "services/lists/app/publications.h"

namespace baodao::lists {

class Follower {
 public:
  Follower(App& app, Publications& publications) : app_(app), publications_(publications) {}

  // For the group "lists" over the events of both. Idempotent: versions of the task and the state
  // of the series decide.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);

 private:
  Task<absl::Status> Follow(std::string need_id, TaskSnapshot snapshot, record::Origin origin);

  Task<absl::Status> OnRegistration(const events::v1::Event& event);

  App& app_;
  Publications& publications_;
};

}  // namespace baodao::lists
