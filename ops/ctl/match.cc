#include <cmath>
#include <memory>

#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

using namespace matching::v1;  // NOLINT: only messages

struct RunOptions {
  std::string area;
  bool dry_run = false;
};

struct PeopleOptions {
  std::string task;
  int limit = 10;
};

Task<absl::Status> RunMatching(Session& session, std::shared_ptr<const RunOptions> options) {
  RunMatchingRequest request;
  request.set_request_id(NewRequestId());
  request.set_area_code(options->area);
  request.set_dry_run(options->dry_run);
  CO_ASSIGN_OR_RETURN(const RunMatchingResponse run,
                      co_await session.Call(session.backend.matchings,
                                            &client::Matchings::RunMatching, std::move(request)));
  if (session.out.json()) {
    session.out.Show(run);
    co_return absl::OkStatus();
  }
  Table table({"OPEN TASKS", "SLOTS", "FILLED", "GREEDY", "OFFERS", "CANDIDATES", "EDGES", "BUILD",
               "SOLVE"});
  const auto millis = [](double value) { return std::to_string(std::lround(value)) + " ms"; };
  table.Add({std::to_string(run.open_tasks()), std::to_string(run.open_slots()),
             std::to_string(run.filled()), std::to_string(run.greedy_filled()),
             options->dry_run ? "-" : std::to_string(run.offers_made()),
             std::to_string(run.candidates()), std::to_string(run.edges()), millis(run.build_ms()),
             millis(run.solve_ms())});
  session.out.Show(table);
  co_return absl::OkStatus();
}

Task<absl::Status> RecommendPeople(Session& session, std::shared_ptr<const PeopleOptions> options) {
  RecommendPeopleRequest request;
  request.set_task_id(options->task);
  request.set_limit(options->limit);
  CO_ASSIGN_OR_RETURN(
      const RecommendPeopleResponse people,
      co_await session.Call(session.backend.matchings, &client::Matchings::RecommendPeople,
                            std::move(request)));
  if (session.out.json()) {
    session.out.Show(people);
    co_return absl::OkStatus();
  }
  Table table({"PERSON", "COST", "WHY"});
  for (const Candidate& candidate : people.candidates()) {
    std::string why;
    for (const matching::v1::Reason& reason : candidate.reasons()) {
      why += (why.empty() ? "" : "; ") + reason.text();
    }
    table.Add({candidate.person_id(), std::to_string(std::lround(candidate.cost())), why});
  }
  session.out.Show(table);
  for (const Blocker& blocker : people.blockers()) session.out.Line(blocker.text());
  co_return absl::OkStatus();
}

}  // namespace

void AddMatch(CLI::App& app, Plan& plan) {
  CLI::App* match = app.add_subcommand("match", "Who should do what");
  match->require_subcommand(1);

  CLI::App* run = match->add_subcommand("run", "Matches an area's open tasks and makes offers");
  auto run_options = std::make_shared<RunOptions>();
  run->add_option("--area", run_options->area, "Code of the area")->required();
  run->add_flag("--dry-run", run_options->dry_run, "Compute only, offer nothing");
  run->footer("Example:\n  baodaoctl match run --area 310110 --dry-run");
  run->callback([&plan, run_options] {
    plan.command = [run_options](Session& session) { return RunMatching(session, run_options); };
  });

  CLI::App* people = match->add_subcommand("people", "The best people for a task, with reasons");
  auto people_options = std::make_shared<PeopleOptions>();
  people->add_option("TASK", people_options->task, "Id of the task (tsk_…)")->required();
  people->add_option("--limit", people_options->limit, "At most so many")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  people->footer("Below the table: what rules out everybody else.");
  people->callback([&plan, people_options] {
    plan.command = [people_options](Session& session) {
      return RecommendPeople(session, people_options);
    };
  });
}

}  // namespace baodao::ctl
