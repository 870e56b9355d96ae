#include "services/registration/domain/role_rules.h"

#include <algorithm>
#include <string>

#include "common/status/status.h"

namespace baodao::registration {
namespace {

bool Gives(const auth::RoleGrant& grant, auth::v1::Role role, std::string_view area_code,
           const Covers& covers) {
  if (!grant.Reaches(area_code, covers)) return false;
  if (grant.role == auth::v1::ROLE_OPERATOR) return true;
  // Strictly below: coordinators of one area are equals, and none may remove another.
  return role == auth::v1::ROLE_COORDINATOR && grant.area_code != area_code;
}

int Find(const v1::PersonRecord& person, auth::v1::Role role, std::string_view area_code) {
  for (int i = 0; i < person.grants_size(); ++i) {
    if (person.grants(i).role() == role && person.grants(i).area_code() == area_code) return i;
  }
  return -1;
}

}  // namespace

absl::Status CheckMayChangeRole(const auth::Principal& caller, auth::v1::Role role,
                                std::string_view area_code, const Covers& covers) {
  if (caller.IsService()) return absl::OkStatus();
  const bool may = std::any_of(
      caller.grants.begin(), caller.grants.end(),
      [&](const auth::RoleGrant& grant) { return Gives(grant, role, area_code, covers); });
  return may ? absl::OkStatus() : Refuse(Reason::GRANT_TOO_WIDE);
}

bool AddGrant(auth::v1::Role role, std::string_view area_code, v1::PersonRecord* person) {
  if (Find(*person, role, area_code) != -1) return false;
  v1::RoleGrant* grant = person->add_grants();
  grant->set_role(role);
  grant->set_area_code(std::string(area_code));
  return true;
}

bool RemoveGrant(auth::v1::Role role, std::string_view area_code, v1::PersonRecord* person) {
  const int index = Find(*person, role, area_code);
  if (index == -1) return false;
  person->mutable_grants()->DeleteSubrange(index, 1);
  return true;
}

std::vector<auth::RoleGrant> GrantsOf(const v1::PersonRecord& person) {
  std::vector<auth::RoleGrant> grants;
  for (const v1::RoleGrant& grant : person.grants()) {
    grants.push_back({grant.role(), grant.area_code()});
  }
  return grants;
}

}  // namespace baodao::registration
