// The agendas of people: the tasks they are on, are offered and wait for.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/record/page.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

using AssignmentItem = v1::ListMyAssignmentsResponse::Item;

inline constexpr size_t kItemsAtOnce = 32;

// A person's parts in tasks that are to be read.
using Wanted = std::function<bool(const v1::Assignment&)>;

// See Task.my_state.
v1::AssignmentState MyStateOf(const v1::Assignment& mine, Time now);
// The person's part in a task; the task as they may see it.
AssignmentItem ItemOf(const App& app, v1::TaskRecord task, v1::AssignmentRecord mine);

// By start: tasks of the person's calendar that have not ended, those they were asked for or wait
// for, and by when it lapses those they have requested credit for. Some may not be current any
// more: ReadItems knows.
Task<absl::StatusOr<std::vector<record::Position>>> CurrentTasksOf(App& app, std::string person);
// The person's part in each of the tasks as both are now, read at the same time; nullopt where it
// is neither ahead, under way nor waiting for an answer. Tasks as the person may see them.
Task<absl::StatusOr<std::vector<std::optional<AssignmentItem>>>> ReadItems(
    App& app, std::string person, std::span<const record::Position> tasks);

// The same with those that are `wanted`.
Task<absl::StatusOr<std::vector<std::optional<AssignmentItem>>>> ReadWanted(
    App& app, std::string person, std::span<const record::Position> tasks, Wanted wanted);

Task<absl::StatusOr<v1::Agenda>> ReadAgenda(App& app, std::string person);

}  // namespace baodao::dispatch
