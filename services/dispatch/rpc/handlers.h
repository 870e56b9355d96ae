// The handlers of dispatch's four services. Each method is one RPC; what it promises stands in the
// proto.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/dispatch/v1/change.pb.h"
#include "baodao/dispatch/v1/ledger.pb.h"
#include "baodao/dispatch/v1/nearby.pb.h"
#include "baodao/dispatch/v1/rating_code.pb.h"
#include "common/rpc/access.h"
#include "common/rpc/router.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/app/taker.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/task_filter.h"
#include "services/dispatch/store/near_index.h"

namespace baodao::dispatch {

template <class Response>
using Answer = Task<absl::StatusOr<Response>>;

class TaskHandlers {
 public:
  TaskHandlers(App& app, NearIndex& near) : app_(app), near_(near) {}

  Answer<v1::Task> PublishTask(rpc::CallContext context, v1::PublishTaskRequest request);
  Answer<v1::Task> GetTask(rpc::CallContext context, v1::GetTaskRequest request);
  Answer<v1::ListTasksResponse> ListTasks(rpc::CallContext context, v1::ListTasksRequest request);
  Answer<v1::FindNearestTasksResponse> FindNearestTasks(rpc::CallContext context,
                                                        v1::FindNearestTasksRequest request);
  Answer<v1::NearbyTasks> GetNearbyTasks(rpc::CallContext context,
                                         v1::GetNearbyTasksRequest request);
  Answer<v1::Task> CancelTask(rpc::CallContext context, v1::CancelTaskRequest request);
  Answer<v1::TaskContact> GetTaskContact(rpc::CallContext context,
                                         v1::GetTaskContactRequest request);
  Answer<v1::TaskCoordinator> GetTaskCoordinator(rpc::CallContext context,
                                                 v1::GetTaskCoordinatorRequest request);
  Answer<v1::SignInCode> GetSignInCode(rpc::CallContext context, v1::GetSignInCodeRequest request);
  Answer<v1::Task> EvaluateTask(rpc::CallContext context, v1::EvaluateTaskRequest request);
  Answer<v1::RatingCode> IssueRatingCode(rpc::CallContext context,
                                         v1::IssueRatingCodeRequest request);
  Answer<v1::Task> EvaluateByCode(rpc::CallContext context, v1::EvaluateByCodeRequest request);
  Answer<v1::Task> CloseTask(rpc::CallContext context, v1::CloseTaskRequest request);

 private:
  // With what it must know of the caller. PERMISSION_DENIED where it asks what the caller may take,
  // who is no person.
  Answer<TaskFilter> FilterOf(rpc::CallContext context, v1::TaskFilter asked);
  int RadiusOf(const rpc::CallContext& context, const v1::FindNearestTasksRequest& request) const;

  App& app_;
  NearIndex& near_;
};

class AssignmentHandlers {
 public:
  explicit AssignmentHandlers(App& app) : app_(app), taker_(app) {}

  Answer<v1::Assignment> ClaimTask(rpc::CallContext context, v1::ClaimTaskRequest request);
  Answer<v1::CheckClaimResponse> CheckClaim(rpc::CallContext context,
                                            v1::CheckClaimRequest request);
  Answer<v1::Assignment> OfferTask(rpc::CallContext context, v1::OfferTaskRequest request);
  Answer<v1::Assignment> AcceptOffer(rpc::CallContext context, v1::AssignmentRequest request);
  Answer<v1::Assignment> DeclineOffer(rpc::CallContext context, v1::AssignmentRequest request);
  Answer<v1::Assignment> AssignTask(rpc::CallContext context, v1::AssignTaskRequest request);
  Answer<v1::Assignment> WithdrawAssignment(rpc::CallContext context,
                                            v1::AssignmentRequest request);
  Answer<v1::Assignment> SignIn(rpc::CallContext context, v1::SignRequest request);
  Answer<v1::Assignment> SignOut(rpc::CallContext context, v1::SignRequest request);
  Answer<v1::Task> ConfirmService(rpc::CallContext context, v1::ConfirmServiceRequest request);
  Answer<v1::ListTaskAssignmentsResponse> ListTaskAssignments(
      rpc::CallContext context, v1::ListTaskAssignmentsRequest request);
  Answer<v1::ListTaskPeopleResponse> ListTaskPeople(rpc::CallContext context,
                                                    v1::ListTaskPeopleRequest request);
  Answer<v1::ListTeammatesResponse> ListTeammates(rpc::CallContext context,
                                                  v1::ListTeammatesRequest request);
  Answer<v1::ListMyAssignmentsResponse> ListMyAssignments(rpc::CallContext context,
                                                          v1::ListMyAssignmentsRequest request);
  Answer<v1::Agenda> GetAgenda(rpc::CallContext context, v1::GetAgendaRequest request);
  Answer<v1::GetMyAssignmentResponse> GetMyAssignment(rpc::CallContext context,
                                                      v1::GetMyAssignmentRequest request);

 private:
  Task<absl::StatusOr<Proof>> ProveExpected(rpc::CallContext context, const Subject& subject,
                                            v1::SignRequest request, AssignmentEvent event);
  Answer<v1::Assignment> Sign(rpc::CallContext context, v1::SignRequest request,
                              AssignmentEvent event);

  App& app_;
  Taker taker_;
};

class ChangeHandlers {
 public:
  explicit ChangeHandlers(App& app) : app_(app) {}

  Answer<v1::Assignment> RequestWithdrawal(rpc::CallContext context,
                                           v1::RequestWithdrawalRequest request);
  Answer<v1::Assignment> CancelWithdrawal(rpc::CallContext context,
                                          v1::CancelWithdrawalRequest request);
  Answer<v1::Assignment> AnswerWithdrawal(rpc::CallContext context,
                                          v1::AnswerWithdrawalRequest request);
  Answer<v1::Assignment> ProposeSwap(rpc::CallContext context, v1::ProposeSwapRequest request);
  Answer<v1::Assignment> CancelSwap(rpc::CallContext context, v1::CancelSwapRequest request);

 private:
  App& app_;
};

class LedgerHandlers {
 public:
  explicit LedgerHandlers(App& app) : app_(app) {}

  Answer<v1::Balance> GetBalance(rpc::CallContext context, v1::GetBalanceRequest request);
  Answer<v1::Balance> CorrectHours(rpc::CallContext context, v1::CorrectHoursRequest request);
  Answer<v1::ListLedgerEntriesResponse> ListLedgerEntries(rpc::CallContext context,
                                                          v1::ListLedgerEntriesRequest request);
  Answer<v1::Assignment> RequestCredit(rpc::CallContext context, v1::RequestCreditRequest request);
  Answer<v1::Assignment> CancelCreditRequest(rpc::CallContext context,
                                             v1::CancelCreditRequestRequest request);
  Answer<v1::ListCreditRequestsResponse> ListCreditRequests(rpc::CallContext context,
                                                            v1::ListCreditRequestsRequest request);
  Answer<v1::Assignment> AnswerCreditRequest(rpc::CallContext context,
                                             v1::AnswerCreditRequestRequest request);

 private:
  App& app_;
};

// The table of all RPCs of dispatch. Application and handlers outlive the router.
void RegisterAll(App& app, rpc::Router& router, TaskHandlers& tasks,
                 AssignmentHandlers& assignments, ChangeHandlers& changes, LedgerHandlers& ledgers);

// For the access rules: area and requester of a task; those of complaints and certificates.
rpc::ScopeResolver ScopesOf(App& app);

}  // namespace baodao::dispatch
