// Tasks by state, one line per subdistrict.
#include <array>
#include <map>
#include <memory>

#include "ops/ctl/task_pages.h"

namespace baodao::ctl {
namespace {

using dispatch::v1::TaskState;
using registration::v1::Area;

constexpr std::array kStates = {
    dispatch::v1::TASK_STATE_OPEN,       dispatch::v1::TASK_STATE_STAFFED,
    dispatch::v1::TASK_STATE_IN_SERVICE, dispatch::v1::TASK_STATE_SERVED,
    dispatch::v1::TASK_STATE_EVALUATED,  dispatch::v1::TASK_STATE_CLOSED,
    dispatch::v1::TASK_STATE_CANCELLED,  dispatch::v1::TASK_STATE_EXPIRED};
constexpr int kEverything = 10'000'000;

using Counts = std::map<std::string, std::map<TaskState, int>>;

// The lines of the table: the area's children, or the area itself where it has none.
Task<absl::StatusOr<std::vector<Area>>> Lines(Session& session, std::string area_code) {
  registration::v1::ListAreasRequest request;
  request.set_parent_code(area_code);
  request.set_page_size(1'000);
  CO_ASSIGN_OR_RETURN(
      const registration::v1::ListAreasResponse children,
      co_await session.Call(session.backend.areas, &client::Areas::ListAreas, std::move(request)));
  std::vector<Area> lines(children.areas().begin(), children.areas().end());
  if (lines.empty()) {
    registration::v1::GetAreaRequest itself;
    itself.set_code(std::move(area_code));
    CO_ASSIGN_OR_RETURN(
        Area area,
        co_await session.Call(session.backend.areas, &client::Areas::GetArea, std::move(itself)));
    lines.push_back(std::move(area));
  }
  co_return lines;
}

Task<absl::StatusOr<Counts>> Count(Session& session, const std::vector<Area>& lines) {
  Counts counts;
  for (const Area& line : lines) {
    dispatch::v1::ListTasksRequest request;
    request.set_area_code(line.code());
    CO_ASSIGN_OR_RETURN(const dispatch::v1::ListTasksResponse tasks,
                        co_await FetchTasks(session, std::move(request), kEverything));
    for (const auto& task : tasks.tasks()) ++counts[line.code()][task.state()];
  }
  co_return counts;
}

void ShowJson(Session& session, const std::vector<Area>& lines, Counts& counts) {
  std::string json = "[";
  for (const Area& line : lines) {
    json += json.size() > 1 ? ",\n " : "\n ";
    // Codes hold digits and letters only; names are on record elsewhere.
    json += "{\"area_code\": \"" + line.code() + "\"";
    for (const TaskState state : kStates) {
      json += ", \"" + TaskStateName(state) + "\": " + std::to_string(counts[line.code()][state]);
    }
    json += "}";
  }
  session.out.Json(json + "\n]");
}

void ShowTable(Session& session, const std::vector<Area>& lines, Counts& counts) {
  std::vector<std::string> header = {"AREA", "NAME"};
  for (const TaskState state : kStates) header.push_back(TaskStateName(state));
  header.push_back("ALL");
  Table table(header);
  std::map<TaskState, int> sums;
  const auto add = [&](std::string code, std::string name, std::map<TaskState, int>& row) {
    std::vector<std::string> cells = {std::move(code), std::move(name)};
    int all = 0;
    for (const TaskState state : kStates) {
      cells.push_back(std::to_string(row[state]));
      all += row[state];
    }
    cells.push_back(std::to_string(all));
    table.Add(std::move(cells));
  };
  for (const Area& line : lines) {
    for (const TaskState state : kStates) sums[state] += counts[line.code()][state];
    add(line.code(), line.name(), counts[line.code()]);
  }
  add("", "", sums);
  session.out.Show(table);
}

Task<absl::Status> Stats(Session& session, std::shared_ptr<const std::string> area) {
  CO_ASSIGN_OR_RETURN(const std::vector<Area> lines, co_await Lines(session, *area));
  CO_ASSIGN_OR_RETURN(Counts counts, co_await Count(session, lines));
  if (session.out.json()) {
    ShowJson(session, lines, counts);
  } else {
    ShowTable(session, lines, counts);
  }
  co_return absl::OkStatus();
}

}  // namespace

void AddStats(CLI::App& app, Plan& plan) {
  CLI::App* stats = app.add_subcommand("stats", "Tasks by state below an area, a line each");
  auto area = std::make_shared<std::string>();
  stats->add_option("--area", *area, "Code of the area, e.g. a district for its subdistricts")
      ->required();
  stats->footer("The last line is the sum.\nExample:\n  baodaoctl stats --area 310110");
  stats->callback(
      [&plan, area] { plan.command = [area](Session& session) { return Stats(session, area); }; });
}

}  // namespace baodao::ctl
