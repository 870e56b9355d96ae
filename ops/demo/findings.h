// Findings about the promises.
#pragma once

#include <fmt/core.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ops/demo/world.h"

namespace baodao::demo {

// A notification that somebody must have got: kind and subject.
using Outcome = std::pair<inbox::v1::NotificationKind, std::string>;

struct Findings {
  int broken = 0;
  std::map<std::string, std::vector<std::pair<int64_t, int64_t>>>
      work;                                // person → windows of accepted work
  std::map<std::string, int64_t> minutes;  // person → sum over assignments
  std::map<const Actor*, std::set<Outcome>> outcomes;

  void Broken(const std::string& what) {
    ++broken;
    fmt::print("  BROKEN: {}\n", what);
  }
};

// Checks the promises to units, guests of rooms and holders of certificates; adds whatever the
// story awaits that somebody hears. After the minutes are known.
Task<void> CheckAround(World& world, Findings& findings);
// Checks the promises to those on site: who signed whom, when, and what was said and shown of it.
Task<void> CheckOnSite(World& world, Findings& findings);

}  // namespace baodao::demo
