#include "services/records/domain/statement.h"

#include "services/records/domain/period.h"

namespace baodao::records {

Sums SumUp(const std::vector<HoursGroup>& groups) {
  Sums sums;
  for (const HoursGroup& group : groups) {
    for (Minutes* sum :
         {&sums.total, &sums.months[MonthOfDay(group.day)], &sums.categories[group.category],
          &sums.areas[group.area_code], &sums.units[group.unit_id],
          &sums.posts[group.unit_post ? "unit" : "community"]}) {
      (group.manual ? sum->manual : sum->automatic) += group.minutes;
    }
    sums.entries += group.entries;
  }
  return sums;
}

}  // namespace baodao::records
