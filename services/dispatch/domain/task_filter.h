// Which tasks somebody wants to see of those a list holds.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "baodao/dispatch/v1/records.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "services/dispatch/domain/eligibility.h"
#include "services/dispatch/domain/take.h"

namespace baodao::dispatch {

// A person who looks for work, as they are now.
struct Seeker {
  std::shared_ptr<const registration::v1::Profile> profile;
  v1::CalendarRecord calendar;
  std::set<std::string> asked;  // tasks they are offered or wait for
  Relations relations;
  work::Limits limits;
  Time now;
};

class TaskFilter {
 public:
  // `seeker` is set where `asked.may_take` is.
  TaskFilter(const v1::TaskFilter& asked, std::optional<Seeker> seeker);

  // As v1::TaskFilter describes it.
  bool Fits(const v1::Task& task) const;

 private:
  bool HasWords(const v1::Task& task) const;
  bool MayTake(const v1::Task& task) const;

  v1::TaskFilter asked_;
  std::vector<std::string> words_;  // folded
  std::optional<Seeker> seeker_;
};

}  // namespace baodao::dispatch
