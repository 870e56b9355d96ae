// The settings of matching, read once at start.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "services/matching/domain/cost.h"
#include "services/matching/domain/graph.h"
#include "services/matching/domain/rules.h"

namespace baodao::matching {

struct Settings {
  Policy policy;
  Weights weights;
  GraphOptions graph;
  std::vector<std::string> weak_areas;
  // Settings of the loop that offers by itself.
  bool offer_automatically = true;
  Millis interval{10'000};
  Millis lease{30'000};
  // A task is left to people's own claims for so long before anybody is asked.
  Millis offer_after{60'000};
  // Nobody is asked later than this before the start.
  Millis offer_until{10 * 60'000};
  Millis offer_ttl{30 * 60'000};
  // A pair that dispatch refused is not proposed again for so long.
  Millis shun{10 * 60'000};
  // Offers to dispatch at the same time.
  int offer_concurrency = 16;
};

// matching's own configuration rows, to append to config::ServiceRows.
std::vector<config::Row> SettingRows();
Settings SettingsOf(const config::Config& config);

}  // namespace baodao::matching
