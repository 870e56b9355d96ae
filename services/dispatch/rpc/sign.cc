#include "services/dispatch/domain/sign.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/domain/code_holders.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

bool IsOnTheWay(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_ACCEPTED || state == v1::ASSIGNMENT_STATE_RELEASED;
}

}  // namespace

Answer<v1::Assignment> AssignmentHandlers::SignIn(rpc::CallContext context,
                                                  v1::SignRequest request) {
  co_return co_await Sign(std::move(context), std::move(request), AssignmentEvent::kSignIn);
}

Answer<v1::Assignment> AssignmentHandlers::SignOut(rpc::CallContext context,
                                                   v1::SignRequest request) {
  co_return co_await Sign(std::move(context), std::move(request), AssignmentEvent::kSignOut);
}

// Only who is expected may prove anything: the answer to a proof tells how far the place is. Nobody
// begins without the standing that a claim asks for, whoever signs them in; out everybody may go.
Task<absl::StatusOr<Proof>> AssignmentHandlers::ProveExpected(rpc::CallContext context,
                                                              const Subject& subject,
                                                              v1::SignRequest request,
                                                              AssignmentEvent event) {
  CO_ASSIGN_OR_RETURN(const v1::AssignmentRecord record,
                      co_await app_.tasks.ReadAssignment(request.task_id(), subject.person_id));
  // As it is now: who leads, and with that the code, may have changed a moment ago.
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord known, co_await app_.tasks.Read(request.task_id()));
  const v1::Task& task = known.task();
  // Before anything is proved: days ahead nobody shall find the exact place by trying.
  if (event == AssignmentEvent::kSignIn && !subject.by_coordinator) {
    CO_RETURN_IF_ERROR(CheckSignInTime(task, app_.clock.Now()));
  }
  const v1::AssignmentState state = record.assignment().state();
  // Also of somebody who was let go for it: it says more than their state.
  if (event == AssignmentEvent::kSignIn && IsOnTheWay(state)) {
    CO_RETURN_IF_ERROR(
        co_await CheckStanding(app_, rpc::CallOptions::From(context), subject.person_id, task));
  }
  if (!subject.by_coordinator && !kAssignmentMachine.Next(state, event)) {
    co_return WrongState(record::StateName(state));
  }
  // A code proves nothing by those who may have it shown, or have its key.
  const bool shows_code = context.caller().Coordinates(task.area_code(), app_.relations.covers) ||
                          HasHadCodes(known, record);
  if (!request.code().empty() && shows_code) {
    if (!subject.by_coordinator && !request.has_position()) co_return Refuse(Reason::OWN_SERVICE);
    request.clear_code();
  }
  CO_ASSIGN_OR_RETURN(Proof proof, co_await Prove(app_, subject, request, known));
  if (subject.by_coordinator) proof.detail.set_signer_id(ActorOf(context.caller()));
  co_return proof;
}

Answer<v1::Assignment> AssignmentHandlers::Sign(rpc::CallContext context, v1::SignRequest request,
                                                AssignmentEvent event) {
  const std::string& task_id = request.task_id();
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await SubjectOf(app_, context, task_id, request.person_id()));
  Mutation mutation = MutationOf(app_, context, task_id, request);
  const absl::StatusOr<Proof> proof = co_await ProveExpected(context, subject, request, event);
  if (!proof.ok()) {
    // Sent again: by now the person is in another state, and another code is right.
    co_return Parsed<v1::Assignment>(
        co_await EarlierOr(app_, std::move(mutation), task_id, proof.status()));
  }
  TaskCall call;
  call.people.push_back(subject.person_id);
  call.answer = AnswerAssignment(subject.person_id);
  call.decide = [&](Aggregate& aggregate, Time now) {
    return event == AssignmentEvent::kSignIn
               ? DecideSignIn(aggregate, subject.person_id, *proof, now)
               : DecideSignOut(aggregate, subject.person_id, *proof, now);
  };
  // A code that was right and used does not count.
  const std::string& person = subject.person_id;
  if (proof->method == v1::SIGN_METHOD_CODE) {
    call.extra = [&](store::Commit& commit) { commit.Remove(app_.keys.Tries(task_id, person)); };
  } else if (proof->method == v1::SIGN_METHOD_POSITION) {
    call.extra = [&](store::Commit& commit) {
      commit.Remove(app_.keys.PlaceTries(task_id, person));
    };
  }
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), task_id, std::move(call)));
}

}  // namespace baodao::dispatch
