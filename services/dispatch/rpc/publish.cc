#include "services/dispatch/domain/publish.h"

#include <utility>

#include "common/areas/place_check.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/tags.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/store/need_task_id.h"

namespace baodao::dispatch {
namespace {

// Only lists may say where the task comes from.
absl::Status CheckOrigin(const rpc::CallContext& context, const v1::PublishTaskRequest& request) {
  const bool claims_origin = !request.need_id().empty() || !request.requester_id().empty() ||
                             !request.publisher_id().empty() || request.need_attempt() != 0;
  if (claims_origin && !context.caller().IsService()) return Refuse(Reason::PERMISSION_DENIED);
  if (!request.need_id().empty() && request.need_attempt() < 1) {
    return RefuseField("need_attempt", ViolationKind::REQUIRED);
  }
  return absl::OkStatus();
}

absl::Status CheckPlace(const areas::AreaTree& tree, const v1::PublishTaskRequest& request) {
  if (request.place_confirmed()) return absl::OkStatus();
  return areas::CheckPlace(tree, request.area_code(), request.place());
}

// For a need, lists says itself whether the exact place is known: where it is not, the request's is
// the centre of an area, where nobody is to be sent.
v1::TaskContact ContactOf(const v1::PublishTaskRequest& request) {
  v1::TaskContact contact = request.contact();
  if (request.need_id().empty()) *contact.mutable_place() = request.place();
  return contact;
}

// The area and those above it, up to the subdistrict; an area above subdistricts only itself.
std::vector<std::string> ListedUnder(const areas::AreaTree& tree, const std::string& code) {
  std::vector<std::string> codes(1, code);
  const areas::Area* const top = tree.SubdistrictOf(code);
  if (top == nullptr || top->code() == code) return codes;
  for (const areas::Area* area : tree.Ancestors(code)) {
    codes.push_back(area->code());
    if (area == top) break;
  }
  return codes;
}

// The task there is already: answered as before where this request made it, and kept as the answer
// where another did.
Answer<v1::Task> AnswerExisting(App& app, Mutation mutation, std::string task_id) {
  TaskCall call;
  call.answer = AnswerTask();
  call.decide = [](Aggregate&, Time) { return Effects(); };
  absl::StatusOr<v1::Task> answer =
      Parsed<v1::Task>(co_await RunMutation(app, std::move(mutation), task_id, std::move(call)));
  if (!Is(answer.status(), Reason::ARCHIVED)) co_return answer;
  CO_ASSIGN_OR_RETURN(v1::TaskRecord retired, co_await app.tasks.Read(std::move(task_id)));
  co_return std::move(*retired.mutable_task());
}

}  // namespace

Answer<v1::Task> TaskHandlers::PublishTask(rpc::CallContext context,
                                           v1::PublishTaskRequest request) {
  CO_RETURN_IF_ERROR(CheckOrigin(context, request));
  const std::shared_ptr<const areas::AreaTree> tree = app_.tree();
  const std::string area = request.area_code();
  if (tree->Find(area) == nullptr) co_return Refuse(Reason::AREA_UNKNOWN, {{"area", area}});
  const areas::Area* const subdistrict = tree->SubdistrictOf(area);
  const int shard = tree->ShardOf(area, app_.keys.base());

  PublishCommand command;
  command.request = &request;
  const bool of_need = !request.need_id().empty();
  command.task_id = of_need ? NeedTaskId(request.need_id(), request.need_attempt(), shard)
                            : ids::New("tsk", shard);
  command.publisher_id = request.publisher_id();
  if (context.caller().IsPerson()) command.publisher_id = context.caller().person_id;
  command.eligible_area_code = subdistrict != nullptr ? subdistrict->code() : area;
  command.limits = app_.limits;
  command.sealed_contact = SealContact(app_.ring, command.task_id, ContactOf(request));

  Mutation mutation = MutationOf(app_, context, command.task_id, request);
  if (of_need) {
    CO_ASSIGN_OR_RETURN(const bool exists, co_await app_.tasks.Exists(command.task_id));
    if (exists) co_return co_await AnswerExisting(app_, std::move(mutation), command.task_id);
  }
  // A need that a closed area left behind is still served, and one whose tags are retired since.
  absl::Status fits = of_need ? absl::OkStatus() : areas::CheckOpen(*tree, area);
  if (!of_need) fits.Update(validate::CheckNewTags(request, v1::Task()));
  fits.Update(CheckPlace(*tree, request));
  absl::StatusOr<Published> published = fits.ok() ? DecidePublish(command, app_.clock.Now()) : fits;
  if (!published.ok()) {
    CO_ASSIGN_OR_RETURN(std::string known, co_await KnownAnswer(app_, mutation, command.task_id));
    if (known.empty()) co_return std::move(published).status();
    co_return Parsed<v1::Task>(std::move(known));
  }
  for (std::string& code : ListedUnder(*tree, area)) {
    published->record.add_listed_under(std::move(code));
  }
  const v1::Task& task = published->record.task();
  CO_RETURN_IF_ERROR(co_await MarkRequest(app_, mutation, command.task_id));
  CO_ASSIGN_OR_RETURN(
      const bool created,
      co_await app_.tasks.Create(published->record, published->effects, mutation.key,
                                 task.SerializeAsString(), mutation.actor, mutation.trace_id));
  if (created) co_return task;
  // Sent twice, or another replica made the task of this need a moment ago.
  co_return co_await AnswerExisting(app_, std::move(mutation), command.task_id);
}

}  // namespace baodao::dispatch
