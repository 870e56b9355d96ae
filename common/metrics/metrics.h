// Prometheus metrics. A metric is declared once as a Spec; its children (one per label values) are
// looked up once, at start, and kept as pointers. Labels are bounded: never ids.
//
//   constexpr metrics::Spec kOverdue{"baodao_timers_overdue", metrics::Type::kGauge, "…",
//   {"kind"}}; metrics::Gauge* overdue = registry.GaugeOf(kOverdue, {"offer"});   // once
//   overdue->Set(3);                                                    // often, any thread
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace baodao::metrics {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;  // Observe seconds.

enum class Type { kCounter, kGauge, kHistogram };

enum class Buckets {
  kFast,   // 100 µs … 10 s: calls, commands.
  kSlow,   // 10 ms … 10 min: batches, solver runs.
  kHours,  // 1 min … 7 d: time-to-accept and the like.
  kCount,  // 1 … 10,000: sizes of batches.
};

struct Spec {
  const char* name;
  Type type;
  const char* help;
  std::array<const char*, 4> labels{};  // Unused ones nullptr.
  Buckets buckets = Buckets::kFast;
};

// Thread-safe. Children live as long as the registry.
class Registry {
 public:
  Registry();

  // The child with these label values, in the order of spec.labels. Aborts when their number
  // differs or the name was declared otherwise before: mistakes in the program. Beyond 2,000
  // children of one metric the child "other" is returned, so that a mistake cannot fill Prometheus.
  Counter* CounterOf(const Spec& spec, const std::vector<std::string>& values = {});
  Gauge* GaugeOf(const Spec& spec, const std::vector<std::string>& values = {});
  Histogram* HistogramOf(const Spec& spec, const std::vector<std::string>& values = {});

  // One sorted line per declared metric, "name type {label,label}": what golden tests compare.
  std::string Describe() const;
  // The text exposition, as /metrics serves it.
  std::string Text() const;
  const std::shared_ptr<prometheus::Registry>& prometheus() const { return registry_; }

 private:
  struct Family;
  template <class T, class Build>
  T* Child(const Spec& spec, const std::vector<std::string>& values, Build build);

  std::shared_ptr<prometheus::Registry> registry_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Family>> families_;
};

}  // namespace baodao::metrics
