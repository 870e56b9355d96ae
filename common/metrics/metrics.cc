#include "common/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace baodao::metrics {
namespace {

constexpr size_t kMaxChildren = 2000;
constexpr char kOverflow[] = "other";

const std::vector<double>& BucketsOf(Buckets buckets) {
  static const std::vector<double> fast = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                           0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                           1,      2.5,     5,      10};
  static const std::vector<double> slow = {0.01, 0.05, 0.1, 0.25, 0.5, 1,  2.5,
                                           5,    10,   30,  60,   300, 600};
  static const std::vector<double> hours = {60,    300,   900,   1800,   3600,  7200,
                                            14400, 28800, 86400, 172800, 604800};
  static const std::vector<double> count = {1,   2,   5,    10,   20,   50,   100,
                                            200, 500, 1000, 2000, 5000, 10000};
  switch (buckets) {
    case Buckets::kFast:
      return fast;
    case Buckets::kSlow:
      return slow;
    case Buckets::kHours:
      return hours;
    case Buckets::kCount:
      return count;
  }
  return fast;
}

size_t LabelCount(const Spec& spec) {
  size_t count = 0;
  while (count < spec.labels.size() && spec.labels[count] != nullptr) ++count;
  return count;
}

const char* TypeName(Type type) {
  switch (type) {
    case Type::kCounter:
      return "counter";
    case Type::kGauge:
      return "gauge";
    case Type::kHistogram:
      return "histogram";
  }
  return "?";
}

// "name type {label,label}": what makes two declarations the same.
std::string Signature(const Spec& spec) {
  std::string text = std::string(spec.name) + " " + TypeName(spec.type) + " {";
  for (size_t i = 0; i < LabelCount(spec); ++i) {
    text += (i == 0 ? "" : ",") + std::string(spec.labels[i]);
  }
  return text + "}";
}

[[noreturn]] void Die(const Spec& spec, const char* problem) {
  std::fprintf(stderr, "metric %s: %s\n", Signature(spec).c_str(), problem);
  std::abort();
}

}  // namespace

struct Registry::Family {
  std::string signature;
  void* family = nullptr;                              // prometheus::Family<T>.
  std::map<std::vector<std::string>, void*> children;  // T.
};

Registry::Registry() : registry_(std::make_shared<prometheus::Registry>()) {}

template <class T, class Build>
T* Registry::Child(const Spec& spec, const std::vector<std::string>& values, Build build) {
  if (values.size() != LabelCount(spec)) Die(spec, "wrong number of label values");
  const std::lock_guard lock(mutex_);
  auto& entry = families_[spec.name];
  if (entry == nullptr) {
    entry = std::make_shared<Family>();
    entry->signature = Signature(spec);
    entry->family = &build().Name(spec.name).Help(spec.help).Register(*registry_);
  }
  if (entry->signature != Signature(spec)) Die(spec, "declared differently before");
  std::vector<std::string> key = values;
  if (!key.empty() && entry->children.size() >= kMaxChildren && !entry->children.contains(key)) {
    key.assign(key.size(), kOverflow);
  }
  void*& child = entry->children[key];
  if (child != nullptr) return static_cast<T*>(child);
  prometheus::Labels labels;
  for (size_t i = 0; i < key.size(); ++i) labels.emplace(spec.labels[i], key[i]);
  auto& family = *static_cast<prometheus::Family<T>*>(entry->family);
  T* made = nullptr;
  if constexpr (std::is_same_v<T, Histogram>) {
    made = &family.Add(labels, BucketsOf(spec.buckets));
  } else {
    made = &family.Add(labels);
  }
  child = made;
  return made;
}

Counter* Registry::CounterOf(const Spec& spec, const std::vector<std::string>& values) {
  if (spec.type != Type::kCounter) Die(spec, "used as a counter");
  return Child<Counter>(spec, values, prometheus::BuildCounter);
}

Gauge* Registry::GaugeOf(const Spec& spec, const std::vector<std::string>& values) {
  if (spec.type != Type::kGauge) Die(spec, "used as a gauge");
  return Child<Gauge>(spec, values, prometheus::BuildGauge);
}

Histogram* Registry::HistogramOf(const Spec& spec, const std::vector<std::string>& values) {
  if (spec.type != Type::kHistogram) Die(spec, "used as a histogram");
  return Child<Histogram>(spec, values, prometheus::BuildHistogram);
}

std::string Registry::Describe() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [name, family] : families_) text += family->signature + "\n";
  return text;
}

std::string Registry::Text() const {
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace baodao::metrics
