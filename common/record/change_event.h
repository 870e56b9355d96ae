// The event that most changes fill: the view as it is now, and the state that it had.
//
//   .event = record::ChangeEvent<&events::v1::Event::mutable_service_point_changed,
//                                &events::v1::ServicePointChanged::mutable_service_point,
//                                &v1::ServicePointRecord::service_point>
#pragma once

#include "common/record/type.h"

namespace baodao::record {

template <auto kChanged, auto kShown, auto kView, class Record>
bool ChangeEvent(const Versioned<Record>& before, const Record& after, events::v1::Event* event) {
  auto& changed = *(event->*kChanged)();
  *(changed.*kShown)() = (after.*kView)();
  changed.set_before((before.record.*kView)().state());
  return true;
}

}  // namespace baodao::record
