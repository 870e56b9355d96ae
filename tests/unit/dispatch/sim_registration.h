// Registration as dispatch sees it: people lose their standing and get it back, replicas hear of
// it sooner or later, and the follower, on any of them, at least once.
#pragma once

#include <string>

#include "tests/unit/dispatch/sim_world.h"

namespace baodao::dispatch {

class Registration {
 public:
  explicit Registration(World& world) : world_(world) {}

  // Suspends somebody, or resumes them.
  void Change(const std::string& person);
  // Changes that the follower has not been through yet.
  int pending() const { return pending_; }
  bool IsRegistered(const std::string& person) const;

 private:
  Task<void> Hear(Replica& replica, registration::v1::Profile profile);
  Task<void> Follow(events::v1::Event registration, events::v1::Event profile);
  Task<void> Handle(events::v1::Event event);

  World& world_;
  int pending_ = 0;
  int events_ = 0;
};

// Nobody is on a task that has not begun for them without the standing that a claim asks for, once
// the follower has been through all that happened. Empty when all is well.
std::string CheckStandings(World& world, const Registration& registration,
                           const std::vector<std::string>& tasks);

}  // namespace baodao::dispatch
