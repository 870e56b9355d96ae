#include <fmt/core.h>

#include <map>
#include <stdexcept>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/names.h"
#include "ops/demo/story.h"

namespace baodao::demo {
namespace {

using registration::v1::Area;
using registration::v1::AREA_LEVEL_COMMUNITY;
using registration::v1::AREA_LEVEL_SUBDISTRICT;

Task<std::vector<Area>> AllAreas(World& world) {
  std::vector<Area> areas;
  registration::v1::ListAreasRequest request;
  request.set_recursive(true);
  request.set_page_size(1000);
  do {
    const auto page = co_await Must(world.backend.areas, &client::Areas::ListAreas, "", request);
    areas.insert(areas.end(), page.areas().begin(), page.areas().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  co_return areas;
}

// Communities in turn from every subdistrict, so that all take part.
void Choose(World& world, const std::vector<Area>& areas) {
  std::map<std::string, std::vector<const Area*>> by_subdistrict;
  std::map<std::string, std::string> names;
  for (const Area& area : areas) {
    if (area.level() == AREA_LEVEL_SUBDISTRICT) names[area.code()] = area.name();
    const bool open = area.successor_code().empty();
    if (open && area.level() == AREA_LEVEL_COMMUNITY)
      by_subdistrict[area.parent_code()].push_back(&area);
  }
  for (size_t row = 0; world.communities.size() < world.options.communities; ++row) {
    const size_t before = world.communities.size();
    for (const auto& [code, list] : by_subdistrict) {
      if (row < list.size() && world.communities.size() < world.options.communities) {
        Community community;
        community.area = *list[row];
        community.subdistrict_code = code;
        community.subdistrict_name = names[code];
        world.communities.push_back(std::move(community));
      }
    }
    if (world.communities.size() == before) break;
  }
  if (world.communities.empty())
    throw std::runtime_error("the backend has no communities: import areas first");
}

}  // namespace

Task<void> Stage(World& world) {
  Choose(world, co_await AllAreas(world));
  auto appoint = [&world](size_t i) -> Task<void> {
    Community& community = world.communities[i];
    community.coordinator.phone = PhoneOf(world, Part::kCoordinator, i);
    co_await world.LogIn(community.coordinator);
    registration::v1::GrantRoleRequest grant;
    grant.set_request_id(world.RequestId());
    grant.set_person_id(community.coordinator.person_id);
    grant.set_role(auth::v1::ROLE_COORDINATOR);
    grant.set_area_code(community.area.code());
    co_await Must(world.backend.sessions, &client::Sessions::GrantRole, world.OperatorToken(),
                  grant);
    co_await world.Refresh(community.coordinator);
  };
  co_await ForEach(world.communities.size(), world.options.concurrency, appoint);
  fmt::print("{} communities of {} are ready, each with a coordinator\n", world.communities.size(),
             world.communities[0].subdistrict_name + " …");
}

}  // namespace baodao::demo
