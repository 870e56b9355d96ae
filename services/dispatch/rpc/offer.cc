#include "services/dispatch/domain/offer.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

constexpr int kShortestOffer = 60;  // seconds

}  // namespace

Answer<v1::Assignment> AssignmentHandlers::OfferTask(rpc::CallContext context,
                                                     v1::OfferTaskRequest request) {
  if (request.ttl_seconds() != 0 && request.ttl_seconds() < kShortestOffer) {
    co_return RefuseField("ttl_seconds", ViolationKind::BELOW_MIN,
                          {{"min", std::to_string(kShortestOffer)}});
  }
  const std::string& person = request.person_id();
  CO_ASSIGN_OR_RETURN(const auto seen, co_await app_.tasks.Peek(request.task_id(), person));
  CO_ASSIGN_OR_RETURN(
      const profiles::ProfilePtr profile,
      co_await ProfileFor(app_, rpc::CallOptions::From(context), person, seen->record.task()));
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  // Nobody is asked to do what their calendar forbids; accepting checks again.
  const absl::Status fits = co_await app_.calendars.Check(person, WorkOf(seen->record.task()));
  if (!fits.ok()) {
    CO_ASSIGN_OR_RETURN(std::string known, co_await KnownAnswer(app_, mutation, request.task_id()));
    if (known.empty()) co_return fits;
    co_return Parsed<v1::Assignment>(std::move(known));
  }
  TakeCommand command;
  command.person_id = person;
  command.profile = profile.get();
  command.relations = &app_.relations;
  TaskCall call;
  call.people.push_back(person);
  call.answer = AnswerAssignment(person);
  const Millis ttl = std::chrono::seconds(request.ttl_seconds());
  call.decide = [&command, ttl](Aggregate& aggregate, Time now) {
    return DecideOffer(aggregate, command, ttl, now);
  };
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Answer<v1::Assignment> AssignmentHandlers::DeclineOffer(rpc::CallContext context,
                                                        v1::AssignmentRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await SubjectOf(app_, context, request.task_id(), request.person_id()));
  TaskCall call;
  call.people.push_back(subject.person_id);
  call.answer = AnswerAssignment(subject.person_id);
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideDecline(aggregate, subject.person_id, now, request.reason());
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

}  // namespace baodao::dispatch
