#include "services/registration/store/changes.h"

#include <google/protobuf/util/message_differencer.h>

#include <set>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/timers/timer_loop.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/domain/registration_rules.h"

namespace baodao::registration {

Changes::Changes(int shard, const RecordKeys& keys, const areas::AreaTree& tree, Stamp stamp)
    : shard_(shard), keys_(keys), tree_(tree), stamp_(std::move(stamp)), commit_(shard) {}

std::vector<std::string> Changes::FiledUnder(std::string_view area) const {
  std::vector<std::string> codes{std::string(area)};
  for (const areas::Area* ancestor : tree_.Ancestors(area)) codes.push_back(ancestor->code());
  return codes;
}

void Changes::Emit(events::v1::Event event) {
  *event.mutable_time() = ToTimestamp(stamp_.now);
  event.set_actor_id(stamp_.actor_id);
  event.set_trace_id(stamp_.trace_id);
  commit_.Emit(event.SerializeAsString());
}

void Changes::PutPerson(const Loaded<v1::PersonRecord>& before, const v1::PersonRecord& after) {
  const std::string& id = after.person().person_id();
  commit_.Put(keys_.Person(id), before.version, after.SerializeAsString());
  if (!before.exists()) commit_.IndexAdd(keys_.AllPeople(shard_), 0, id);
  std::set<std::string> old_places, new_places;
  for (const std::string& area : before.record.area_codes()) {
    for (std::string& place : FiledUnder(area)) old_places.insert(std::move(place));
  }
  for (const std::string& area : after.area_codes()) {
    for (std::string& place : FiledUnder(area)) new_places.insert(std::move(place));
  }
  for (const std::string& place : old_places) {
    if (!new_places.contains(place)) commit_.IndexRemove(keys_.PeopleAt(shard_, place), id);
  }
  for (const std::string& place : new_places) {
    if (!old_places.contains(place)) commit_.IndexAdd(keys_.PeopleAt(shard_, place), 0, id);
  }
  events::v1::Event event;
  *event.mutable_profile_changed()->mutable_profile() = MakeProfile(after, before.version + 1);
  Emit(std::move(event));
}

void Changes::PutUnit(const Loaded<v1::UnitRecord>& before, const v1::UnitRecord& after) {
  const v1::Unit& unit = after.unit();
  commit_.Put(keys_.Unit(unit.unit_id()), before.version, after.SerializeAsString());
  if (!before.exists()) {
    for (const std::string& place : FiledUnder(unit.area_code())) {
      commit_.IndexAdd(keys_.UnitsAt(shard_, place), 0, unit.unit_id());
    }
  }
  if (google::protobuf::util::MessageDifferencer::Equals(before.record.unit(), unit)) return;
  events::v1::Event event;
  *event.mutable_unit_changed()->mutable_unit() = unit;
  Emit(std::move(event));
}

void Changes::PutRegistration(const Loaded<v1::RegistrationRecord>& before,
                              const v1::RegistrationRecord& after, const std::string& liaison_id) {
  const v1::Registration& registration = after.registration();
  const std::string& id = registration.registration_id();
  const v1::RegistrationState old_state = before.record.registration().state();
  commit_.Put(keys_.Registration(id), before.version, after.SerializeAsString());
  if (!before.exists()) commit_.IndexAdd(keys_.RegistrationsOf(registration.subject_id()), 0, id);
  for (const std::string& place : FiledUnder(registration.area_code())) {
    if (old_state == registration.state()) break;
    if (before.exists()) commit_.IndexRemove(keys_.RegistrationsAt(shard_, old_state, place), id);
    commit_.IndexAdd(keys_.RegistrationsAt(shard_, registration.state(), place), 0, id);
  }
  if (const std::optional<Deadline> deadline = DeadlineOf(registration)) {
    commit_.SetTimer(timers::Member(kExpireTimer, id), deadline->due);
  } else if (before.exists()) {
    commit_.ClearTimer(timers::Member(kExpireTimer, id));
  }
  events::v1::Event event;
  auto* change = event.mutable_registration_changed();
  *change->mutable_registration() = registration;
  change->set_before(old_state);
  change->set_liaison_id(liaison_id);
  Emit(std::move(event));
}

void Changes::PutSession(const Loaded<v1::SessionRecord>& before, const v1::SessionRecord& after) {
  commit_.Put(keys_.Session(after.session_id()), before.version, after.SerializeAsString());
  commit_.SetTimer(timers::Member(kSessionTimer, after.session_id()),
                   ToTime(after.refresh_expire_time()));
}

}  // namespace baodao::registration
