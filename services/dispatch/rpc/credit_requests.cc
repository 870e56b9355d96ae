// Credit that volunteers ask for after the fact: asked, listed for coordinators, answered.
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "common/crypto/sealed_message.h"
#include "common/log/log.h"
#include "common/paging/asked_page.h"
#include "common/photo/photo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/confirmation.h"
#include "services/dispatch/domain/credit_request.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/store/task_list.h"

namespace baodao::dispatch {
namespace {

constexpr size_t kRequestsAtOnce = 32;

using RequestItem = v1::ListCreditRequestsResponse::Item;

std::string ProofSealedAs(const std::string& task_id, const std::string& person_id) {
  return "credit:" + task_id + ":" + person_id;
}

std::string SealProof(const crypto::KeyRing& ring, const v1::RequestCreditRequest& request,
                      const std::string& person_id) {
  v1::CreditProof proof;
  proof.set_statement(request.statement());
  *proof.mutable_photos() = request.photos();
  return crypto::SealMessage(ring, proof, ProofSealedAs(request.task_id(), person_id));
}

// The request as coordinators see it; nullopt where it has been answered since it was listed. One
// whose proof cannot be opened is shown without it: it must not keep the others from an answer.
Task<absl::StatusOr<std::optional<RequestItem>>> ReadRequest(App& app, record::Position position) {
  const size_t colon = position.id.find(':');
  const std::string task_id = position.id.substr(0, colon);
  const std::string person_id = position.id.substr(colon + 1);
  auto record = co_await app.tasks.ReadAssignment(task_id, person_id);
  if (Is(record.status(), Reason::NOT_ASSIGNED)) co_return std::nullopt;
  CO_RETURN_IF_ERROR(record.status());
  if (!IsPending(&*record)) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(v1::TaskRecord task, co_await app.tasks.Read(task_id));
  auto proof = crypto::OpenMessage<v1::CreditProof>(app.ring, record->sealed_proof(),
                                                    ProofSealedAs(task_id, person_id));
  if (!proof.ok()) {
    log::Error("credit.proof_lost", {{"task", task_id}, {"status", proof.status()}});
    proof = v1::CreditProof();
  }
  RequestItem item;
  *item.mutable_assignment() = std::move(*record->mutable_assignment());
  *item.mutable_task() = std::move(*task.mutable_task());
  item.set_statement(std::move(*proof->mutable_statement()));
  *item.mutable_photos() = std::move(*proof->mutable_photos());
  co_return item;
}

// Those at the positions that are PENDING still and of the area.
Task<absl::StatusOr<std::vector<RequestItem>>> ReadRequests(
    App& app, std::string area_code, std::vector<record::Position> positions) {
  std::vector<std::optional<RequestItem>> found(positions.size());
  absl::Status failed;
  std::function<Task<void>(size_t)> read = [&](size_t i) -> Task<void> {
    auto item = co_await ReadRequest(app, positions[i]);
    if (item.ok()) {
      found[i] = *std::move(item);
    } else {
      failed = item.status();
    }
  };
  co_await ForEach(positions.size(), kRequestsAtOnce, std::move(read));
  if (!failed.ok()) co_return failed;
  const std::shared_ptr<const areas::AreaTree> tree = app.tree();
  std::vector<RequestItem> items;
  for (std::optional<RequestItem>& item : found) {
    if (!item || tree->IsElsewhere(area_code, item->task().area_code())) continue;
    items.push_back(*std::move(item));
  }
  co_return items;
}

// The task with the one person.
Task<absl::StatusOr<std::shared_ptr<const Loaded>>> LoadOne(App& app, std::string task_id,
                                                            std::string person_id) {
  auto loaded = std::make_shared<Loaded>();
  CO_ASSIGN_OR_RETURN(loaded->record, co_await app.tasks.Read(task_id));
  CO_ASSIGN_OR_RETURN(loaded->people[person_id],
                      co_await app.tasks.ReadAssignment(task_id, person_id));
  co_return std::shared_ptr<const Loaded>(std::move(loaded));
}

Task<absl::StatusOr<std::string>> Approve(App& app, rpc::CallContext context,
                                          const v1::AnswerCreditRequestRequest& request,
                                          Mutation mutation) {
  const std::string& person = request.person_id();
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await LoadOne(app, request.task_id(), person));
  const common::v1::TimeWindow& served =
      request.has_served() ? request.served()
                           : loaded->people.at(person).assignment().credit_request().served();
  Confirmed confirmed;
  confirmed.command.request_time = ToTime(request.request_time());
  confirmed.command.confirmer_id = mutation.actor;
  confirmed.command.reason = request.reason();
  ServedBy& service = confirmed.command.services.emplace_back();
  service.person_id = person;
  service.start = ToTime(served.start());
  service.end = ToTime(served.end());
  confirmed.answer = AnswerAssignment(person);
  co_return co_await Confirm(app, rpc::CallOptions::From(context), std::move(mutation), loaded,
                             std::move(confirmed));
}

}  // namespace

Answer<v1::Assignment> LedgerHandlers::RequestCredit(rpc::CallContext context,
                                                     v1::RequestCreditRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_RETURN_IF_ERROR(photo::CheckPhotos(request.photos(), "photos"));
  CreditCommand command;
  command.person_id = context.caller().person_id;
  command.start = ToTime(request.served().start());
  command.end = ToTime(request.served().end());
  command.sealed_proof = SealProof(app_.ring, request, command.person_id);
  command.photo_count = request.photos_size();
  TaskCall call;
  call.people.push_back(command.person_id);
  call.answer = AnswerAssignment(command.person_id);
  call.decide = [&command](Aggregate& aggregate, Time now) {
    return DecideRequestCredit(aggregate, command, now);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Answer<v1::Assignment> LedgerHandlers::CancelCreditRequest(rpc::CallContext context,
                                                           v1::CancelCreditRequestRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  TaskCall call;
  call.people.push_back(person);
  call.answer = AnswerAssignment(person);
  call.decide = [&person](Aggregate& aggregate, Time now) {
    return DecideCancelCredit(aggregate, person, now);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Answer<v1::Assignment> LedgerHandlers::AnswerCreditRequest(rpc::CallContext context,
                                                           v1::AnswerCreditRequestRequest request) {
  const bool approved = request.verdict() == v1::CREDIT_REQUEST_VERDICT_APPROVE;
  if (!approved && request.has_served()) {
    co_return RefuseField("served", ViolationKind::NOT_ALLOWED);
  }
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  if (approved) {
    co_return Parsed<v1::Assignment>(
        co_await Approve(app_, std::move(context), request, std::move(mutation)));
  }
  const CreditRejection rejection{request.person_id(), ToTime(request.request_time()),
                                  mutation.actor, request.reason()};
  TaskCall call;
  call.people.push_back(rejection.person_id);
  call.answer = AnswerAssignment(rejection.person_id);
  call.decide = [&rejection](Aggregate& aggregate, Time now) {
    return DecideRejectCredit(aggregate, rejection, now);
  };
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Answer<v1::ListCreditRequestsResponse> LedgerHandlers::ListCreditRequests(
    rpc::CallContext context, v1::ListCreditRequestsRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = app_.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app_.ring, context, request, app_.clock.Now(), 20, 100));
  const std::vector<std::string_view> lists(1, kCreditList);
  record::PageQuery query = TasksIn(app_.keys, *tree, request.area_code(), lists);
  query.after = asked.after;
  const auto read = static_cast<int64_t>(query.lists.size());
  const auto size = static_cast<size_t>(asked.size);
  CO_ASSIGN_OR_RETURN(record::Walk walk,
                      record::Walk::Begin(app_.store, std::move(query), size + 1));
  // One more than is shown tells whether there is a next page.
  CO_ASSIGN_OR_RETURN(std::vector<record::Position> positions, co_await walk.Next(size + 1));
  v1::ListCreditRequestsResponse response;
  if (positions.size() > size) {
    positions.pop_back();
    response.set_next_page_token(asked.TokenFor(positions.back().Encode()));
  }
  CO_ASSIGN_OR_RETURN(std::vector<RequestItem> items,
                      co_await ReadRequests(app_, request.area_code(), std::move(positions)));
  context.Charge(paging::CallsOwed(read + walk.looked_at(), static_cast<int64_t>(items.size())));
  for (RequestItem& item : items) *response.add_items() = std::move(item);
  co_return response;
}

}  // namespace baodao::dispatch
