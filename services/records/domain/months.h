// The months of a period.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "services/records/domain/period.h"

namespace baodao::records {

class Months {
 public:
  // The period ends after its start.
  explicit Months(const Period& period);

  const Period& period() const { return period_; }
  // The names of all months that the period touches, ascending: "2026-11".
  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }
  // The part of the period that lies in one of them.
  Period PartIn(size_t month) const;
  // Which of them a time within the period lies in.
  size_t Of(int64_t ms) const;

 private:
  Period period_;
  std::vector<std::string> names_;
  std::vector<int64_t> starts_;  // in milliseconds, of each month
};

}  // namespace baodao::records
