// Transition tables: the state machines of the three lists as data.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace baodao::lists {

template <class State, class Event>
struct Transition {
  State from;
  Event event;
  State to;
};

// Where `event` leads from `state`; nothing when the table does not have the pair.
template <class State, class Event>
std::optional<State> Next(std::span<const Transition<State, Event>> table, State state,
                          Event event) {
  for (const auto& row : table) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

// "NEED_STATE_ACCEPTED" without its prefix: what clients are told.
inline std::string ShortName(const std::string& name, const std::string& prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

}  // namespace baodao::lists
