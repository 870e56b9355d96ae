#include "common/work/task_view.h"

#include <string>
#include <vector>

#include "common/enrollment/seats.h"
#include "common/work/slots.h"

namespace baodao::work {
namespace {

// The area's name behind those above it, from its subdistrict on.
std::string BodyName(const areas::AreaTree& tree, const areas::Area& area) {
  std::string name = area.name();
  if (tree.SubdistrictOf(area.code()) == nullptr) return name;
  const auto is_subdistrict = [](const areas::Area& one) {
    return one.level() == registration::v1::AREA_LEVEL_SUBDISTRICT;
  };
  if (is_subdistrict(area)) return name;
  for (const areas::Area* above : tree.Ancestors(area.code())) {
    name.insert(0, above->name());
    if (is_subdistrict(*above)) break;
  }
  return name;
}

int SlotsForNewcomers(const dispatch::v1::Task& task, Time now) {
  if (!TakesPeople(task) || JoinUntil(task) <= now) return 0;
  enrollment::Seats seats;
  seats.capacity = FreeSlots(task);
  seats.waiting = task.waitlist_count();
  return seats.FreeForNewcomers();
}

}  // namespace

void Label(const areas::AreaTree& tree, Time now, dispatch::v1::Task* task) {
  const areas::Area* const area = tree.CurrentOf(task->area_code());
  task->set_area_name(area == nullptr ? task->area_code() : area->name());
  if (area != nullptr) task->set_publisher_name(BodyName(tree, *area));
  task->set_free_slots(SlotsForNewcomers(*task, now));
}

}  // namespace baodao::work
