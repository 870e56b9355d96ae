#include "common/auth/principal.h"

#include <algorithm>
#include <utility>

namespace baodao::auth {

bool RoleGrant::Reaches(std::string_view area, const Covers& covers) const {
  if (OfEverything()) return true;
  return !area_code.empty() && !area.empty() && covers && covers(area_code, area);
}

bool Principal::Coordinates(std::string_view area, const Covers& covers) const {
  return IsService() || std::ranges::any_of(grants, [&](const RoleGrant& grant) {
           return grant.Reaches(area, covers);
         });
}

std::string Principal::Caller() const {
  switch (kind) {
    case Kind::kPerson:
      return person_id;
    case Kind::kService:
      return "svc:" + service;
    case Kind::kAnonymous:
      break;
  }
  return "anonymous";
}

Principal Principal::Person(std::string person_id, std::vector<RoleGrant> grants,
                            std::string session_id) {
  Principal principal;
  principal.kind = Kind::kPerson;
  principal.person_id = std::move(person_id);
  principal.grants = std::move(grants);
  principal.session_id = std::move(session_id);
  return principal;
}

Principal Principal::Service(std::string name) {
  Principal principal;
  principal.kind = Kind::kService;
  principal.service = std::move(name);
  return principal;
}

}  // namespace baodao::auth
