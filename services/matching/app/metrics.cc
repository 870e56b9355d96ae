#include "services/matching/app/metrics.h"

namespace baodao::matching {
namespace {

using metrics::Buckets;
using metrics::Spec;
using metrics::Type;

constexpr Spec kSeconds{"baodao_matching_seconds",
                        Type::kHistogram,
                        "Time of a matching run by phase.",
                        {"phase"},
                        Buckets::kSlow};
constexpr Spec kSlots{"baodao_matching_slots_total",
                      Type::kCounter,
                      "Free slots that matching runs looked at.",
                      {"result"}};
constexpr Spec kFill{"baodao_matching_fill_ratio", Type::kGauge,
                     "Share of the slots of the last run that found a person."};
constexpr Spec kEdges{"baodao_matching_edges", Type::kGauge,
                      "Candidate pairs of the last matching run."};
constexpr Spec kRuns{"baodao_matching_runs_total",
                     Type::kCounter,
                     "Matching runs by what started them.",
                     {"trigger"}};
constexpr Spec kOffers{
    "baodao_matching_offers_total", Type::kCounter, "Offers made through dispatch.", {"outcome"}};
constexpr Spec kPeople{"baodao_matching_index_people", Type::kGauge,
                       "People in the candidate index."};
constexpr Spec kTasks{"baodao_matching_index_tasks", Type::kGauge, "Tasks in the candidate index."};
constexpr Spec kLed{"baodao_matching_districts_led", Type::kGauge,
                    "Districts that this replica matches."};

}  // namespace

MatchingMetrics::MatchingMetrics(metrics::Registry& registry)
    : build_seconds(registry.HistogramOf(kSeconds, {"build"})),
      solve_seconds(registry.HistogramOf(kSeconds, {"solve"})),
      slots_filled(registry.CounterOf(kSlots, {"filled"})),
      slots_unfilled(registry.CounterOf(kSlots, {"unfilled"})),
      fill_ratio(registry.GaugeOf(kFill)),
      edges(registry.GaugeOf(kEdges)),
      runs_timer(registry.CounterOf(kRuns, {"timer"})),
      runs_call(registry.CounterOf(kRuns, {"call"})),
      runs_dry(registry.CounterOf(kRuns, {"dry_run"})),
      offers_made(registry.CounterOf(kOffers, {"made"})),
      offers_refused(registry.CounterOf(kOffers, {"refused"})),
      offers_failed(registry.CounterOf(kOffers, {"failed"})),
      people(registry.GaugeOf(kPeople)),
      tasks(registry.GaugeOf(kTasks)),
      districts_led(registry.GaugeOf(kLed)) {}

}  // namespace baodao::matching
