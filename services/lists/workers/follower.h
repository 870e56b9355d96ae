// Needs follow their tasks: dispatch's events.
#pragma once

#include <absl/status/status.h>

#include "common/events/consumer.h"
#include "services/lists/app/publications.h"

namespace baodao::lists {

class Follower {
 public:
  Follower(App& app, Publications& publications) : app_(app), publications_(publications) {}

  // For the group "lists" over dispatch's events. Idempotent: versions of the task decide.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);

 private:
  Task<absl::Status> Follow(std::string need_id, TaskSnapshot snapshot, record::Origin origin);

  App& app_;
  Publications& publications_;
};

}  // namespace baodao::lists
