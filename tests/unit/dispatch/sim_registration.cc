#include "tests/unit/dispatch/sim_registration.h"

#include <algorithm>
#include <utility>

#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {

bool Registration::IsRegistered(const std::string& person) const {
  return world_.source.people.at(person).area_codes_size() > 0;
}

void Registration::Change(const std::string& person) {
  registration::v1::Profile& profile = world_.source.people.at(person);
  const bool lost = profile.area_codes_size() > 0;
  profile.set_version(profile.version() + 1);
  profile.clear_area_codes();
  if (!lost) profile.add_area_codes("310110001");
  events::v1::Event registration;
  auto& changed = *registration.mutable_registration_changed();
  changed.mutable_registration()->set_subject_id(person);
  changed.mutable_registration()->set_state(lost ? registration::v1::REGISTRATION_STATE_SUSPENDED
                                                 : registration::v1::REGISTRATION_STATE_ACTIVE);
  changed.set_before(lost ? registration::v1::REGISTRATION_STATE_ACTIVE
                          : registration::v1::REGISTRATION_STATE_SUSPENDED);
  events::v1::Event event;
  *event.mutable_profile_changed()->mutable_profile() = profile;
  event.mutable_profile_changed()->set_narrowed(lost);
  for (auto& replica : world_.replicas) world_.Spawn(Hear(*replica, profile));
  ++pending_;
  world_.Spawn(Follow(std::move(registration), std::move(event)));
}

Task<void> Registration::Hear(Replica& replica, registration::v1::Profile profile) {
  co_await world_.clock.SleepFor(Millis(world_.Below(200)));
  replica.profiles.Apply(profile);
}

Task<void> Registration::Follow(events::v1::Event registration, events::v1::Event profile) {
  co_await world_.clock.SleepFor(Millis(world_.Below(100)));
  co_await Handle(std::move(registration));
  co_await Handle(std::move(profile));
  --pending_;
}

// Until it succeeds, and sometimes once more.
Task<void> Registration::Handle(events::v1::Event event) {
  events::Delivery delivery;
  delivery.service = "registration";
  delivery.id = std::to_string(++events_) + "-0";
  delivery.event = std::move(event);
  for (;;) {
    Replica& replica = *world_.replicas[static_cast<size_t>(world_.Below(2))];
    const absl::Status handled = co_await replica.standings.OnEvent(delivery);
    if (handled.ok() && !world_.Chance(20)) co_return;
    co_await world_.clock.SleepFor(Millis(50 + world_.Below(1000)));
  }
}

std::string CheckStandings(World& world, const Registration& registration,
                           const std::vector<std::string>& tasks) {
  const std::vector<std::string> timers = world.Timers();
  const bool settled =
      registration.pending() == 0 && std::ranges::none_of(timers, [](const std::string& member) {
        return member.starts_with("standing|");
      });
  if (!settled) return {};
  for (const std::string& id : tasks) {
    if (IsFinal(world.TaskOf(id).task().state())) continue;
    for (const auto& [person, record] : world.PeopleOn(id)) {
      if (record.assignment().state() != v1::ASSIGNMENT_STATE_ACCEPTED) continue;
      if (!registration.IsRegistered(person)) return person + " is still on " + id;
    }
  }
  return {};
}

}  // namespace baodao::dispatch
