// Holds a state machine to a table that was written down independently.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "common/record/machine.h"

namespace baodao::testing {

// Every pair of a state (of all that the proto names) and an event (up to `last_event`): `expected`
// has those that are allowed, and where they lead.
template <class State, class Event>
void CheckEveryPair(const record::Machine<State, Event>& machine,
                    const std::map<std::pair<State, Event>, State>& expected, Event last_event) {
  const google::protobuf::EnumDescriptor& states = *google::protobuf::GetEnumDescriptor<State>();
  size_t found = 0;
  for (int i = 0; i < states.value_count(); ++i) {
    const auto state = static_cast<State>(states.value(i)->number());
    for (int e = 0; e <= static_cast<int>(last_event); ++e) {
      const auto event = static_cast<Event>(e);
      SCOPED_TRACE(record::StateName(state) + ", event " + std::to_string(e));
      const auto row = expected.find({state, event});
      const std::optional<State> next = machine.Next(state, event);
      EXPECT_EQ(next, row == expected.end() ? std::nullopt : std::optional(row->second));
      if (next) ++found;
    }
  }
  EXPECT_EQ(found, expected.size()) << "rows of states or events that do not exist";
  EXPECT_EQ(machine.rows().size(), expected.size());
}

}  // namespace baodao::testing
