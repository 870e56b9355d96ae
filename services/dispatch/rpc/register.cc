#include <utility>

#include "common/status/macros.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/routes.h"

namespace baodao::dispatch {
namespace {

Task<absl::StatusOr<rpc::Scope>> ResolveTask(App& app, std::string task_id) {
  // Area and requester never change, so what is known here will do.
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.tasks.Peek(std::move(task_id), {}));
  const v1::Task& task = known->record.task();
  rpc::Scope scope;
  scope.area_code = task.area_code();
  if (!task.requester_id().empty()) scope.owner_ids.push_back(task.requester_id());
  co_return scope;
}

}  // namespace

rpc::ScopeResolver ScopesOf(App& app) {
  return [&app, records = app.records.Access().resolve](rpc::CallContext context, std::string id) {
    return app.records.Keeps(id) ? records(std::move(context), std::move(id))
                                 : ResolveTask(app, std::move(id));
  };
}

void RegisterAll(App& app, rpc::Router& router, TaskHandlers& tasks,
                 AssignmentHandlers& assignments, ChangeHandlers& changes,
                 LedgerHandlers& ledgers) {
#define BAODAO_RPC(service, object, handlers, method) \
  router.Unary("baodao.dispatch.v1." #service "/" #method, &object, &handlers::method)

  BAODAO_RPC(TaskService, tasks, TaskHandlers, PublishTask);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, GetTask);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, ListTasks);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, FindNearestTasks);
  BAODAO_RPC(NearbyService, tasks, TaskHandlers, GetNearbyTasks);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, CancelTask);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, GetTaskContact);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, GetTaskCoordinator);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, GetSignInCode);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, EvaluateTask);
  BAODAO_RPC(TaskService, tasks, TaskHandlers, CloseTask);
  BAODAO_RPC(RatingCodeService, tasks, TaskHandlers, IssueRatingCode);
  BAODAO_RPC(RatingCodeService, tasks, TaskHandlers, EvaluateByCode);

  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, ClaimTask);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, CheckClaim);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, OfferTask);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, AcceptOffer);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, DeclineOffer);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, AssignTask);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, WithdrawAssignment);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, SignIn);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, SignOut);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, ConfirmService);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, ListTaskAssignments);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, ListTaskPeople);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, ListTeammates);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, ListMyAssignments);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, GetAgenda);
  BAODAO_RPC(AssignmentService, assignments, AssignmentHandlers, GetMyAssignment);

  BAODAO_RPC(ChangeService, changes, ChangeHandlers, RequestWithdrawal);
  BAODAO_RPC(ChangeService, changes, ChangeHandlers, CancelWithdrawal);
  BAODAO_RPC(ChangeService, changes, ChangeHandlers, AnswerWithdrawal);
  BAODAO_RPC(ChangeService, changes, ChangeHandlers, ProposeSwap);
  BAODAO_RPC(ChangeService, changes, ChangeHandlers, CancelSwap);

  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, GetBalance);
  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, CorrectHours);
  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, ListLedgerEntries);
  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, RequestCredit);
  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, CancelCreditRequest);
  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, ListCreditRequests);
  BAODAO_RPC(LedgerService, ledgers, LedgerHandlers, AnswerCreditRequest);
#undef BAODAO_RPC

  RegisterOnSite(app, router);
  RegisterMessages(app, router);
  RegisterRatings(app, router);
  RegisterComplaints(app, router);
}

}  // namespace baodao::dispatch
