// The inbox that a call is about.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "common/status/status.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

// NOT_FOUND for what is no id of a person.
inline absl::StatusOr<Owner> PersonAsked(const InboxStore& inbox, const std::string& person_id) {
  const std::optional<Owner> owner = inbox.PersonOwner(person_id);
  if (!owner) return NotFound("person", person_id);
  return *owner;
}

}  // namespace baodao::inbox
