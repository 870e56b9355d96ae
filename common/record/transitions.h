// Changes of state of all records of a service, for Prometheus:
// baodao_record_transitions_total{record, from, to}.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "common/metrics/metrics.h"
#include "common/record/machine.h"

namespace baodao::record {

// A record of this type went from one state to another; from 0: it is new.
struct Transition {
  std::string type;
  int from = 0;
  int to = 0;
};

// Loop thread only.
class Transitions {
 public:
  // `registry` outlives it.
  explicit Transitions(metrics::Registry& registry) : registry_(registry) {}

  // All series of a type, at zero: what appears with its first increment has not increased in
  // Prometheus' eyes.
  void Declare(const std::string& type, const google::protobuf::EnumDescriptor& states,
               const std::vector<Move>& moves);
  void Count(const std::vector<Transition>& transitions);

 private:
  metrics::Registry& registry_;
  std::map<std::tuple<std::string, int, int>, metrics::Counter*> counters_;
};

}  // namespace baodao::record
