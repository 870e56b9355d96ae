// State machines as tables.
//
//   inline constexpr record::Machine<v1::ProjectState, ProjectEvent> kProjectMachine(
//       v1::PROJECT_STATE_PROPOSED,
//       {{v1::PROJECT_STATE_PROPOSED, ProjectEvent::kApprove, v1::PROJECT_STATE_APPROVED}, …});
//   RETURN_IF_ERROR(kProjectMachine.Move(&project, ProjectEvent::kApprove));
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace baodao::record {

// "PROPOSED" for PROJECT_STATE_PROPOSED of ProjectState; "NONE" for the unspecified value and for
// one that this build does not know.
std::string StateName(const google::protobuf::EnumDescriptor& states, int state);

template <class State>
std::string StateName(State state) {
  return StateName(*google::protobuf::GetEnumDescriptor<State>(), state);
}

// From one state to another; from 0: the record is new.
struct Move {
  int from = 0;
  int to = 0;
};

// State: a proto enum with at most 16 values; Event: an enum class with at most 24. A pair without
// a row is not allowed.
template <class State, class Event>
class Machine {
 public:
  struct Row {
    State from;
    Event event;
    State to;
  };

  // `first`: the state of a new record; unspecified where rows from the unspecified state tell it.
  constexpr Machine(State first, std::initializer_list<Row> rows) : first_(first) {
    for (const Row& row : rows) {
      unsigned char& to = to_.at(static_cast<size_t>(row.from)).at(static_cast<size_t>(row.event));
      if (to != 0) throw "a pair has two rows";  // which ends the compilation
      to = static_cast<unsigned char>(static_cast<int>(row.to) + 1);
      rows_.at(count_++) = row;
    }
  }

  constexpr State first() const { return first_; }
  constexpr std::span<const Row> rows() const { return std::span(rows_).first(count_); }

  // Every change of state there is, that of a new record among them.
  std::vector<record::Move> Moves() const {
    std::vector<record::Move> moves;
    if (first_ != 0) moves.push_back({0, first_});
    for (const Row& row : rows()) moves.push_back({row.from, row.to});
    return moves;
  }

  // The state that `event` leads to from `state`; nullopt where it is not allowed.
  constexpr std::optional<State> Next(State state, Event event) const {
    const auto from = static_cast<size_t>(state);
    const auto by = static_cast<size_t>(event);
    if (from >= to_.size() || by >= to_[0].size()) return std::nullopt;
    const unsigned char to = to_[from][by];
    if (to == 0) return std::nullopt;
    return static_cast<State>(to - 1);
  }

  // Whether nothing leads out of the state.
  constexpr bool IsFinal(State state) const {
    for (const unsigned char to : to_.at(static_cast<size_t>(state))) {
      if (to != 0) return false;
    }
    return true;
  }

  // Moves a message with a field `state`, or answers WRONG_STATE with its state and leaves it
  // alone.
  template <class Message>
  absl::Status Move(Message* message, Event event) const {
    const std::optional<State> next = Next(message->state(), event);
    if (!next) return WrongState(StateName(message->state()));
    message->set_state(*next);
    return absl::OkStatus();
  }

 private:
  State first_;
  size_t count_ = 0;
  std::array<Row, 64> rows_{};
  std::array<std::array<unsigned char, 24>, 16> to_{};  // one more than the state; 0: no row
};

}  // namespace baodao::record
