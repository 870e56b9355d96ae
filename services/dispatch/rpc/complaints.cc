// ComplaintService.
#include "services/dispatch/app/complaints.h"

#include <memory>
#include <utility>

#include "common/ids/ids.h"
#include "common/photo/photo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/caller.h"
#include "services/dispatch/rpc/routes.h"
#include "services/dispatch/store/records.h"

namespace baodao::dispatch {
namespace {

using Complained = Task<absl::StatusOr<v1::Complaint>>;
using ComplaintsListed = Task<absl::StatusOr<v1::ListComplaintsResponse>>;

// Null where the person never had to do with the task.
Task<absl::StatusOr<std::shared_ptr<const v1::AssignmentRecord>>> PartOf(App& app,
                                                                         std::string task_id,
                                                                         std::string person_id) {
  auto part = co_await app.tasks.ReadAssignment(std::move(task_id), std::move(person_id));
  if (Is(part.status(), Reason::NOT_ASSIGNED)) co_return nullptr;
  CO_RETURN_IF_ERROR(part.status());
  co_return std::make_shared<const v1::AssignmentRecord>(*std::move(part));
}

// The complaint, with its area, as far as rules and registration let it be.
Task<absl::StatusOr<v1::Complaint>> Prepare(App& app, rpc::CallContext context,
                                            const v1::RaiseComplaintRequest& request, Time now) {
  const std::string complainant = context.caller().person_id;
  const std::string& about = request.about_person_id();
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app.tasks.Read(request.task_id()));
  const v1::Task& task = record.task();
  CO_ASSIGN_OR_RETURN(const auto own, co_await PartOf(app, task.task_id(), complainant));
  std::shared_ptr<const v1::AssignmentRecord> theirs;
  if (!about.empty()) {
    CO_ASSIGN_OR_RETURN(theirs, co_await PartOf(app, task.task_id(), about));
  }
  CO_RETURN_IF_ERROR(CheckMayComplain(task, complainant, own.get(), about, theirs.get(), now));
  CO_ASSIGN_OR_RETURN(const std::string area, co_await AreaFor(app, rpc::CallOptions::From(context),
                                                               task.area_code(), about));
  co_return NewComplaint(task, request, complainant, area, now);
}

Complained RaiseComplaint(App& app, rpc::CallContext context, v1::RaiseComplaintRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_RETURN_IF_ERROR(photo::CheckPhotos(request.photos(), "photos"));
  if (!ids::IsValid(request.task_id(), "tsk")) co_return NotFound("task", request.task_id());
  record::Decide<v1::ComplaintRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::ComplaintRecord>> {
    v1::ComplaintRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_complaint(),
                        co_await Prepare(app, context, request, transaction.now()));
    record.mutable_complaint()->set_complaint_id(
        record::Repository::NewId(kComplaint, transaction.shard()));
    v1::ComplaintWords words;
    words.set_statement(request.statement());
    *words.mutable_photos() = request.photos();
    SealWords(app.ring, words, &record);
    transaction.Put(kComplaint, {}, record);
    co_return record;
  };
  // Beside the task: the lists of its area, and of all above it, are looked for there.
  const int shard = app.keys.ShardOf(request.task_id());
  CO_ASSIGN_OR_RETURN(
      v1::ComplaintRecord raised,
      co_await app.records.MutateLimited(context, request, kComplaint, shard, std::move(decide)));
  co_return app.records.Show(context, kComplaint, std::move(raised));
}

Complained GetComplaint(App& app, rpc::CallContext context, v1::GetComplaintRequest request) {
  return app.records.Get(std::move(context), kComplaint, request.complaint_id());
}

ComplaintsListed ListComplaints(App& app, rpc::CallContext context,
                                v1::ListComplaintsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kComplaint, request));
  query.descending = false;
  const auto fits = [&context](const v1::ComplaintRecord& record) {
    return !context.caller().Is(record.complaint().about_person_id());
  };
  co_return co_await app.records.List(context, kComplaint, request, std::move(query),
                                      &v1::ListComplaintsResponse::add_complaints, fits);
}

ComplaintsListed ListMyComplaints(App& app, rpc::CallContext context,
                                  v1::ListMyComplaintsRequest request) {
  record::PageQuery query = app.records.Of(kComplaint, request.person_id());
  co_return co_await app.records.List(context, kComplaint, request, std::move(query),
                                      &v1::ListComplaintsResponse::add_complaints);
}

Complained AnswerComplaint(App& app, rpc::CallContext context, v1::AnswerComplaintRequest request) {
  const auto change = [&](v1::ComplaintRecord* record, Time now) -> absl::Status {
    RETURN_IF_ERROR(
        AnswerWith(record->mutable_complaint(), request.outcome(), ActorOf(context.caller()), now));
    ASSIGN_OR_RETURN(v1::ComplaintWords words, OpenWords(app.ring, *record));
    words.set_answer(request.answer());
    SealWords(app.ring, words, record);
    return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kComplaint, request.complaint_id(),
                                        change);
}

}  // namespace

void RegisterComplaints(App& app, rpc::Router& router) {
  const std::string service = "baodao.dispatch.v1.ComplaintService/";
  router.Unary(service + "RaiseComplaint", app, &RaiseComplaint);
  router.Unary(service + "GetComplaint", app, &GetComplaint);
  router.Unary(service + "ListComplaints", app, &ListComplaints);
  router.Unary(service + "ListMyComplaints", app, &ListMyComplaints);
  router.Unary(service + "AnswerComplaint", app, &AnswerComplaint);
}

}  // namespace baodao::dispatch
