// 领队: one of the volunteers, who leads the others where the work is.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "baodao/dispatch/v1/on_site.pb.h"
#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// Whether the person of the assignment leads the task now: named, and come or still to come.
bool Leads(const v1::Task& task, const v1::Assignment& assignment);

// Refusals: NOT_ASSIGNED, WRONG_STATE (of the task, or of the person), ALREADY_LEADER.
absl::StatusOr<Effects> DecideNameLeader(Aggregate& aggregate, const std::string& person_id,
                                         Time now);

// `by_coordinator`: whoever asks for it may do so to anybody. Refusals: WRONG_STATE (of the task),
// NO_LEADER, NOT_LEADER.
absl::StatusOr<Effects> DecideRemoveLeader(Aggregate& aggregate, const std::string& actor_id,
                                           bool by_coordinator, Time now);

// Whether the leader may be shown somebody's phone at `now`.
bool ShowsPhones(const v1::Task& task, Time now);

// The same refusal, naming the `person` it is about.
absl::Status About(const std::string& person_id, const absl::Status& refusal);

struct SignPeopleCommand {
  std::string signer_id;
  bool by_coordinator = false;
  v1::SignAction action = v1::SIGN_ACTION_UNSPECIFIED;
  std::vector<std::string> person_ids;
};

// Signs all of them, or none. The signer is loaded, too. Refusals: NOT_LEADER,
// LEADER_NOT_SIGNED_IN; and, naming the `person`, OWN_SERVICE, NOT_ASSIGNED also of whoever is not
// on a leader's roster, and those of DecideSignIn and DecideSignOut.
absl::StatusOr<Effects> DecideSignPeople(Aggregate& aggregate, const SignPeopleCommand& command,
                                         Time now);

// The part of somebody's assignment that others on the task may see: when and how they signed.
v1::Assignment SeenByOthers(const v1::Assignment& assignment);

}  // namespace baodao::dispatch
