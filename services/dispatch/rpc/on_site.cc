// OnSiteService: who leads, signing many, hearing from those who are alone.
#include "services/dispatch/rpc/on_site.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/check_in.h"
#include "services/dispatch/domain/leader.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/rpc/routes.h"

namespace baodao::dispatch {
namespace {

bool CoordinatesTask(const App& app, const rpc::CallContext& context, const v1::Task& task) {
  return context.caller().Coordinates(task.area_code(), app.relations.covers);
}

// The leader is told nothing of people whom the roster does not show.
absl::Status CheckOnRoster(const App& app, const std::string& leader, const std::string& person,
                           const v1::AssignmentRecord* part) {
  if (part != nullptr && IsOnRoster(leader, part->assignment(), app.relations.blocks)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::NOT_ASSIGNED, {{"person", person}});
}

// A leader does not hear why the standing of a teammate has ended.
absl::Status HiddenFromLeader(const v1::Assignment& assignment, const absl::Status& standing) {
  if (!IsRefusal(standing) || absl::IsUnavailable(standing)) return standing;
  return WrongState(record::StateName(assignment.state()));
}

// Whether the caller may speak for others on the task: as its leader, or as a coordinator. Of
// people who sign in their standing is asked, as when they do it themselves.
Task<absl::Status> CheckMaySign(App& app, rpc::CallContext context, v1::SignPeopleRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app.tasks.Read(request.task_id()));
  const v1::Task& task = record.task();
  const bool coordinates = CoordinatesTask(app, context, task);
  if (!coordinates) CO_RETURN_IF_ERROR(co_await CheckLeads(app, context, task));
  std::vector<std::string> people(request.person_ids().begin(), request.person_ids().end());
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app.tasks.ReadWithThese(request.task_id(), people));
  for (const std::string& person : people) {
    if (context.caller().Is(person)) continue;  // nobody signs for themself
    const auto found = loaded->people.find(person);
    const v1::AssignmentRecord* const part =
        found == loaded->people.end() ? nullptr : &found->second;
    if (!coordinates) {
      CO_RETURN_IF_ERROR(CheckOnRoster(app, context.caller().person_id, person, part));
    }
    if (request.action() != v1::SIGN_ACTION_SIGN_IN || part == nullptr) continue;
    absl::Status standing =
        co_await CheckStanding(app, rpc::CallOptions::From(context), person, task);
    if (standing.ok()) continue;
    if (!coordinates) standing = HiddenFromLeader(part->assignment(), standing);
    co_return About(person, standing);
  }
  co_return absl::OkStatus();
}

absl::Status CheckPeopleNamed(const v1::SignPeopleRequest& request) {
  std::set<std::string_view> named;
  for (int i = 0; i < request.person_ids_size(); ++i) {
    if (!named.insert(request.person_ids(i)).second) {
      return RefuseField("person_ids[" + std::to_string(i) + "]", ViolationKind::DUPLICATE);
    }
  }
  return absl::OkStatus();
}

// Whether the caller may say that they have heard from the person.
Task<absl::Status> CheckMayVouch(App& app, rpc::CallContext context, std::string task_id,
                                 std::string person_id) {
  if (context.caller().Is(person_id)) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app.tasks.Read(task_id));
  if (CoordinatesTask(app, context, record.task())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(co_await CheckLeads(app, context, record.task()));
  const auto part = co_await app.tasks.ReadAssignment(task_id, person_id);
  if (!part.ok() && !Is(part.status(), Reason::NOT_ASSIGNED)) co_return part.status();
  co_return CheckOnRoster(app, context.caller().person_id, person_id, part.ok() ? &*part : nullptr);
}

}  // namespace

Task<absl::StatusOr<v1::Task>> NameLeader(App& app, rpc::CallContext context,
                                          v1::NameLeaderRequest request) {
  CO_ASSIGN_OR_RETURN(const auto known,
                      co_await app.tasks.Peek(request.task_id(), request.person_id()));
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  // Only about somebody who is on the task: nobody asks about others by this.
  if (known->people.contains(request.person_id())) {
    const absl::Status standing = co_await CheckStanding(app, rpc::CallOptions::From(context),
                                                         request.person_id(), known->record.task());
    if (!standing.ok()) {
      co_return Parsed<v1::Task>(
          co_await EarlierOr(app, std::move(mutation), request.task_id(), standing));
    }
  }
  TaskCall call;
  call.people.push_back(request.person_id());
  call.answer = AnswerTask();
  call.decide = [&request](Aggregate& aggregate, Time now) {
    return DecideNameLeader(aggregate, request.person_id(), now);
  };
  co_return Parsed<v1::Task>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

Task<absl::StatusOr<v1::Task>> RemoveLeader(App& app, rpc::CallContext context,
                                            v1::RemoveLeaderRequest request) {
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.tasks.Peek(request.task_id(), {}));
  const bool coordinates = CoordinatesTask(app, context, known->record.task());
  const std::string actor = ActorOf(context.caller());
  TaskCall call;
  call.answer = AnswerTask();
  call.decide = [&actor, coordinates](Aggregate& aggregate, Time now) {
    return DecideRemoveLeader(aggregate, actor, coordinates, now);
  };
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  co_return Parsed<v1::Task>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

Task<absl::StatusOr<v1::SignPeopleResponse>> SignPeople(App& app, rpc::CallContext context,
                                                        v1::SignPeopleRequest request) {
  CO_RETURN_IF_ERROR(CheckPeopleNamed(request));
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.tasks.Peek(request.task_id(), {}));
  context.Charge(static_cast<double>(request.person_ids_size() - 1) / 4);
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  const absl::Status may = co_await CheckMaySign(app, context, request);
  if (!may.ok()) {
    // By now the leader may lead no more.
    co_return Parsed<v1::SignPeopleResponse>(
        co_await EarlierOr(app, std::move(mutation), request.task_id(), may));
  }
  SignPeopleCommand command;
  command.signer_id = ActorOf(context.caller());
  command.by_coordinator = CoordinatesTask(app, context, known->record.task());
  command.action = request.action();
  command.person_ids.assign(request.person_ids().begin(), request.person_ids().end());
  TaskCall call;
  call.people = command.person_ids;
  if (!command.by_coordinator) call.people.push_back(command.signer_id);
  call.decide = [&command](Aggregate& aggregate, Time now) {
    return DecideSignPeople(aggregate, command, now);
  };
  call.answer = [&command](const Aggregate& aggregate) {
    v1::SignPeopleResponse response;
    for (const std::string& person : command.person_ids) {
      *response.add_assignments() = SeenByOthers(aggregate.Find(person)->assignment());
    }
    return response.SerializeAsString();
  };
  co_return Parsed<v1::SignPeopleResponse>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

Task<absl::StatusOr<v1::Assignment>> CheckIn(App& app, rpc::CallContext context,
                                             v1::CheckInRequest request) {
  const std::string person =
      request.person_id().empty() ? context.caller().person_id : request.person_id();
  if (person.empty()) co_return RefuseField("person_id", ViolationKind::REQUIRED);
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  const absl::Status may = co_await CheckMayVouch(app, context, request.task_id(), person);
  if (!may.ok()) {
    co_return Parsed<v1::Assignment>(
        co_await EarlierOr(app, std::move(mutation), request.task_id(), may));
  }
  TaskCall call;
  call.people.push_back(person);
  call.decide = [&person](Aggregate& aggregate, Time now) {
    return DecideCheckIn(aggregate, person, now);
  };
  call.answer = [&person](const Aggregate& aggregate) {
    return SeenByOthers(aggregate.Find(person)->assignment()).SerializeAsString();
  };
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

void RegisterOnSite(App& app, rpc::Router& router) {
  const std::string service = "baodao.dispatch.v1.OnSiteService/";
  router.Unary(service + "NameLeader", app, &NameLeader);
  router.Unary(service + "RemoveLeader", app, &RemoveLeader);
  router.Unary(service + "ListRoster", app, &ListRoster);
  router.Unary(service + "SignPeople", app, &SignPeople);
  router.Unary(service + "CheckIn", app, &CheckIn);
  router.Unary(service + "SendOfflineSigns", app, &SendOfflineSigns);
  router.Unary(service + "SetServicePhotos", app, &SetServicePhotos);
  router.Unary(service + "ListServicePhotos", app, &ListServicePhotos);
}

}  // namespace baodao::dispatch
