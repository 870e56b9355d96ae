#include "services/matching/app/settings.h"

#include "common/work/settings.h"

namespace baodao::matching {

using config::Between;

std::vector<config::Row> SettingRows() {
  return {
      {"match_automatically", config::Type::kBool, "true",
       "Offer tasks that lack people by itself, without waiting for a coordinator."},
      {"match_interval", config::Type::kDuration, "10s", "How often open tasks are matched.", false,
       Between(0.1, 3600)},
      {"match_lease", config::Type::kDuration, "30s",
       "How long a replica leads a district without renewing; longer than match_interval.", false,
       Between(1, 3600)},
      {"match_offer_after", config::Type::kDuration, "1m",
       "A task is left to people's own claims for so long before anybody is asked.", false,
       Between(0, 86400)},
      {"match_offer_until", config::Type::kDuration, "10m",
       "Nobody is asked later than this before the start of a task.", false, Between(1, 86400)},
      {"match_offer_ttl", config::Type::kDuration, "30m", "How long an offer waits for an answer.",
       false, Between(60, 86400)},
      {"match_candidates", config::Type::kInt, "24",
       "Candidates looked at for a task with one slot.", false, Between(1, 1000)},
      {"match_offers_per_slot", config::Type::kInt, "1", "People asked at once for each free slot.",
       false, Between(1, 10)},
      {"match_tasks_per_person", config::Type::kInt, "1",
       "Tasks one person may be given in one run.", false, Between(1, 4)},
      {"match_max_distance_m", config::Type::kInt, "5000",
       "Nobody who has not said how far they will go is asked to come from farther, in metres.",
       false, Between(100, 50'000)},
      {"match_weak_areas", config::Type::kList, "",
       "Codes of the areas (with all below them) that are helped first."},
  };
}

Settings SettingsOf(const config::Config& config) {
  Settings settings;
  settings.offer_automatically = config.Bool("match_automatically");
  settings.interval = config.Duration("match_interval");
  settings.lease = config.Duration("match_lease");
  settings.offer_after = config.Duration("match_offer_after");
  settings.offer_until = config.Duration("match_offer_until");
  settings.offer_ttl = config.Duration("match_offer_ttl");
  settings.graph.candidates = static_cast<int>(config.Int("match_candidates"));
  settings.graph.offers_per_slot = static_cast<int>(config.Int("match_offers_per_slot"));
  settings.graph.person_capacity = static_cast<int>(config.Int("match_tasks_per_person"));
  settings.policy.max_distance_m = static_cast<double>(config.Int("match_max_distance_m"));
  settings.policy.limits = work::LimitsOf(config);
  settings.weak_areas = config.List("match_weak_areas");
  return settings;
}

}  // namespace baodao::matching
