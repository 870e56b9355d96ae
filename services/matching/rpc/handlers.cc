#include "services/matching/rpc/handlers.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "common/work/task_view.h"
#include "services/matching/domain/texts.h"

namespace baodao::matching {
namespace {

constexpr int kDefaultLimit = 10;
const std::string kMatchingService = "baodao.matching.v1.MatchingService/";

size_t LimitOf(int32_t asked) { return static_cast<size_t>(asked == 0 ? kDefaultLimit : asked); }

double Metres(Cost cost) { return static_cast<double>(cost) / kCostPerMetre; }

// "OPEN" of TASK_STATE_OPEN.
std::string StateName(TaskState state) {
  constexpr std::string_view kPrefix = "TASK_STATE_";
  return dispatch::v1::TaskState_Name(state).substr(kPrefix.size());
}

}  // namespace

MatchingHandlers::MatchingHandlers(const CandidateIndex& index, Dispatch& dispatch,
                                   Matcher& matcher, Offers& offers, store::Store& store,
                                   const Settings& settings, Clock& clock, MatchingMetrics& metrics)
    : index_(index),
      dispatch_(dispatch),
      matcher_(matcher),
      offers_(offers),
      store_(store),
      settings_(settings),
      clock_(clock),
      metrics_(metrics) {}

void MatchingHandlers::Register(rpc::Router* router) {
  router->Unary(kMatchingService + "RecommendPeople", this, &MatchingHandlers::RecommendPeople);
  router->Unary(kMatchingService + "RecommendTasks", this, &MatchingHandlers::RecommendTasks);
  router->Unary(kMatchingService + "RunMatching", this, &MatchingHandlers::RunMatching);
}

rpc::AccessPolicy MatchingHandlers::Policy(const areas::AreaTreeFeed& areas) {
  rpc::AccessPolicy policy;
  policy.covers = [&areas](std::string_view a, std::string_view b) { return areas.Covers(a, b); };
  policy.resolve = [this](rpc::CallContext, std::string task_id) {
    return Resolve(std::move(task_id));
  };
  return policy;
}

Task<absl::StatusOr<rpc::Scope>> MatchingHandlers::Resolve(std::string task_id) {
  rpc::Scope scope;
  if (const OpenTask* task = index_.FindTask(task_id)) {
    scope.area_code = task->task.area_code();
    co_return scope;
  }
  CO_ASSIGN_OR_RETURN(const DispatchTask task,
                      co_await dispatch_.GetTask(rpc::CallOptions(), std::move(task_id)));
  scope.area_code = task.area_code();
  co_return scope;
}

AreaScope MatchingHandlers::Neighbours(const OpenTask& task) const {
  AreaScope scope = index_.SurroundingsOf(task.task.area_code());
  return task.eligible.IsWiderThan(scope) ? task.eligible : scope;
}

v1::Candidate MatchingHandlers::ToProto(const Terms& terms, const Ranked& ranked,
                                        Locale locale) const {
  v1::Candidate candidate;
  candidate.set_person_id(ranked.person->id);
  candidate.set_task_id(ranked.task->id());
  candidate.set_cost(Metres(ranked.parts.total()));
  candidate.set_distance_m(ranked.parts.distance_m);
  for (ReasonText& reason : ReasonsOf(index_, terms, ranked, locale)) {
    v1::Reason& out = *candidate.add_reasons();
    out.set_code(CodeOf(reason.part));
    out.set_cost(Metres(reason.cost));
    out.set_text(std::move(reason.text));
  }
  return candidate;
}

Task<absl::StatusOr<v1::RecommendPeopleResponse>> MatchingHandlers::RecommendPeople(
    rpc::CallContext context, v1::RecommendPeopleRequest request) {
  const auto it = index_.tasks().find(request.task_id());
  if (it == index_.tasks().end()) {
    // Over, or so new that its event is still on the way.
    CO_ASSIGN_OR_RETURN(
        const DispatchTask task,
        co_await dispatch_.GetTask(rpc::CallOptions::From(context), request.task_id()));
    if (task.state() == dispatch::v1::TASK_STATE_OPEN) co_return Refuse(Reason::INDEX_NOT_READY);
    co_return Refuse(Reason::TASK_NOT_OPEN, {{"state", StateName(task.state())}});
  }
  const std::shared_ptr<const OpenTask> task = it->second;
  if (!task->IsClaimable()) {
    co_return Refuse(Reason::TASK_NOT_OPEN, {{"state", StateName(task->task.state())}});
  }
  const Terms terms(index_, settings_.weights, clock_.Now(), settings_.weak_areas);
  const PeopleForTask people = RankPeople(index_, terms, settings_.policy, task, Neighbours(*task),
                                          LimitOf(request.limit()));
  v1::RecommendPeopleResponse response;
  for (const Ranked& ranked : people.ranked) {
    *response.add_candidates() = ToProto(terms, ranked, context.locale());
  }
  for (const BlockerCount& count : people.blockers) {
    v1::Blocker& blocker = *response.add_blockers();
    blocker.set_reason(std::string(ReasonName(count.rule)));
    blocker.set_people(count.people);
    blocker.set_text(TextOf(index_, *task, count, context.locale()));
  }
  co_return response;
}

Task<absl::StatusOr<v1::RecommendTasksResponse>> MatchingHandlers::RecommendTasks(
    rpc::CallContext context, v1::RecommendTasksRequest request) {
  const PersonSlot slot = index_.SlotOf(request.person_id());
  if (slot < 0) co_return NotFound("person", request.person_id());
  const Terms terms(index_, settings_.weights, clock_.Now(), settings_.weak_areas);
  v1::RecommendTasksResponse response;
  for (const Ranked& ranked :
       RankTasks(index_, terms, settings_.policy, slot, LimitOf(request.limit()))) {
    v1::RecommendTasksResponse::Item& item = *response.add_items();
    *item.mutable_candidate() = ToProto(terms, ranked, context.locale());
    *item.mutable_task() = ranked.task->task;
    work::Redact(item.mutable_task());
    work::Label(index_.tree(), clock_.Now(), item.mutable_task());
  }
  co_return response;
}

// Offers cannot be taken back: the request is marked before they are made, so that no copy of it
// makes any.
Task<absl::StatusOr<v1::RunMatchingResponse>> MatchingHandlers::RunMatching(
    rpc::CallContext context, v1::RunMatchingRequest request) {
  const auth::Principal& caller = context.caller();
  const int shard = store_.keys().ShardOfText(caller.Caller());
  const store::RequestKey key = store::MakeRequestKey(caller.Caller(), context.method(), request);
  CO_ASSIGN_OR_RETURN(const store::Marking marking, co_await store_.MarkRequest(shard, key));
  if (marking != store::Marking::kNew) {
    CO_ASSIGN_OR_RETURN(const auto first,
                        co_await store::FindAnswer<v1::RunMatchingResponse>(store_, shard, key));
    if (!first) co_return Refuse(Reason::CONFLICT_RETRY);
    co_return *first;
  }
  absl::StatusOr<v1::RunMatchingResponse> run = co_await RunOnce(context, std::move(request));
  if (!run.ok()) {
    (co_await store_.Unmark(shard, key)).IgnoreError();
    co_return run;
  }
  store::Commit commit(shard);
  commit.Answer(key, run->SerializeAsString());
  CO_RETURN_IF_ERROR((co_await store_.Apply(std::move(commit))).status());
  co_return run;
}

Task<absl::StatusOr<v1::RunMatchingResponse>> MatchingHandlers::RunOnce(
    rpc::CallContext context, v1::RunMatchingRequest request) {
  if (index_.tree().Find(request.area_code()) == nullptr) {
    co_return Refuse(Reason::AREA_UNKNOWN, {{"area", request.area_code()}});
  }
  MatchOrder order;
  order.area_code = request.area_code();
  CO_ASSIGN_OR_RETURN(MatchReport report, co_await matcher_.Run(std::move(order)));
  (request.dry_run() ? metrics_.runs_dry : metrics_.runs_call)->Increment();
  v1::RunMatchingResponse response;
  response.set_open_tasks(report.open_tasks);
  response.set_open_slots(report.open_slots);
  response.set_candidates(report.candidates);
  response.set_edges(report.edges);
  response.set_filled(report.filled);
  response.set_greedy_filled(report.greedy_filled);
  response.set_total_cost(Metres(report.total_cost));
  response.set_build_ms(report.build_ms);
  response.set_solve_ms(report.solve_ms);
  if (!request.dry_run()) {
    response.set_offers_made(
        co_await offers_.Make(rpc::CallOptions::From(context), std::move(report.proposals)));
  }
  co_return response;
}

void LimitMatching(rpc::RateLimits* limits) {
  limits->methods[kMatchingService + "RecommendPeople"] = {5, 20};
  limits->methods[kMatchingService + "RecommendTasks"] = {5, 20};
  limits->methods[kMatchingService + "RunMatching"] = {1, 5};
}

}  // namespace baodao::matching
