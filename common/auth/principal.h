// The caller of an RPC: a person, a service or nobody known, with roles.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/auth/v1/rule.pb.h"
#include "common/clock/clock.h"

namespace baodao::auth {

// Whether `descendant` is `ancestor` or below it, in the tree of areas.
using Covers = std::function<bool(std::string_view ancestor, std::string_view descendant)>;

// A role at an area; it holds for the area's whole subtree.
struct RoleGrant {
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string area_code;

  // An operator of no particular area is one of all, also of those not imported yet.
  bool OfEverything() const { return role == v1::ROLE_OPERATOR && area_code.empty(); }
  // Whether the role holds at the area.
  bool Reaches(std::string_view area, const Covers& covers) const;

  bool operator==(const RoleGrant&) const = default;
};

struct Principal {
  enum class Kind { kAnonymous, kPerson, kService };

  Kind kind = Kind::kAnonymous;
  std::string person_id;  // "per_…"; empty unless kind is kPerson.
  std::string service;    // "matching"; empty unless kind is kService.
  std::vector<RoleGrant> grants;
  std::string session_id;  // "ses_…"; empty for services.
  // When the token ends; whatever outlives a call must end then, too.
  Time expires = Time::max();
  std::string key_id;  // The kid of the key that signed the token.

  bool IsAnonymous() const { return kind == Kind::kAnonymous; }
  bool IsPerson() const { return kind == Kind::kPerson; }
  bool IsService() const { return kind == Kind::kService; }
  // Whether the caller is this person.
  bool Is(std::string_view person) const { return IsPerson() && person_id == person; }
  // Whether the caller has a coordinator's rights at the area: every role reaching it gives them,
  // and other services have them.
  bool Coordinates(std::string_view area, const Covers& covers) const;
  // A stable name of the caller, for request ids, audit and logs: the person id, "svc:<name>", or
  // "anonymous".
  std::string Caller() const;

  // The same caller with the same rights, until whenever and by whichever key.
  bool operator==(const Principal& other) const {
    return kind == other.kind && person_id == other.person_id && service == other.service &&
           grants == other.grants && session_id == other.session_id;
  }

  static Principal Person(std::string person_id, std::vector<RoleGrant> grants = {},
                          std::string session_id = {});
  static Principal Service(std::string name);
};

}  // namespace baodao::auth
