// One change of people, units and registrations as a commit: records with their indexes, timers and
// events, so that no writer can forget one of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "common/areas/tree.h"
#include "common/clock/clock.h"
#include "common/store/commit.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/records.h"

namespace baodao::registration {

// Who changes something, when, and in which trace.
struct Stamp {
  Time now;
  std::string actor_id;
  std::string trace_id;
};

inline constexpr std::string_view kExpireTimer = "expire";
inline constexpr std::string_view kCodeTimer = "code";
inline constexpr std::string_view kSessionTimer = "session";

// Everything must lie in `shard`. References outlive the object; every area named is in the tree.
class Changes {
 public:
  Changes(int shard, const RecordKeys& keys, const areas::AreaTree& tree, Stamp stamp);

  const Stamp& stamp() const { return stamp_; }
  // For somebody who comes into being by this very change.
  void set_actor(std::string actor_id) { stamp_.actor_id = std::move(actor_id); }

  // The person with their place in the indexes; announces the new profile.
  void PutPerson(const Loaded<v1::PersonRecord>& before, const v1::PersonRecord& after);
  // The unit with its place in the indexes; announced when what others see has changed.
  void PutUnit(const Loaded<v1::UnitRecord>& before, const v1::UnitRecord& after);
  // The registration with its place in the indexes and its expiry timer; announced.
  void PutRegistration(const Loaded<v1::RegistrationRecord>& before,
                       const v1::RegistrationRecord& after, const std::string& liaison_id);
  // The session with the timer that forgets it; its end is announced.
  void PutSession(const Loaded<v1::SessionRecord>& before, const v1::SessionRecord& after);

  void Emit(events::v1::Event event);
  store::Commit& commit() { return commit_; }
  store::Commit Take() { return std::move(commit_); }

 private:
  // The area and its ancestors: where whatever belongs to the area is filed.
  std::vector<std::string> FiledUnder(std::string_view area) const;

  int shard_;
  const RecordKeys& keys_;
  const areas::AreaTree& tree_;
  Stamp stamp_;
  store::Commit commit_;
};

}  // namespace baodao::registration
