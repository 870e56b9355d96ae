// RatingService.
#include <utility>

#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/rating.h"
#include "services/dispatch/rpc/people_page.h"
#include "services/dispatch/rpc/routes.h"

namespace baodao::dispatch {
namespace {

using Rated = Task<absl::StatusOr<v1::ServiceRatings>>;

template <class Request>
RatingCommand RatingBy(const rpc::CallContext& context, const Request& request, RatingSide side,
                       const std::string& person_id) {
  RatingCommand command{side, person_id, {}};
  command.rating.set_rating(request.rating());
  *command.rating.mutable_tags() = request.tags();
  command.rating.set_comment(request.comment());
  command.rating.set_rater_id(ActorOf(context.caller()));
  return command;
}

template <class Request>
Rated Rate(App& app, rpc::CallContext context, const Request& request, RatingCommand command) {
  CO_RETURN_IF_ERROR(CheckTags(request.tags(), command.side));
  TaskCall call;
  call.people.push_back(command.person_id);
  call.decide = [&command](Aggregate& aggregate, Time now) {
    return DecideRate(aggregate, command, now);
  };
  call.answer = [&command](const Aggregate& aggregate) {
    return RatingsOf(*aggregate.Find(command.person_id)).SerializeAsString();
  };
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  co_return Parsed<v1::ServiceRatings>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

Rated RateVolunteer(App& app, rpc::CallContext context, v1::RateVolunteerRequest request) {
  RatingCommand command = RatingBy(context, request, RatingSide::kOfVolunteer, request.person_id());
  co_return co_await Rate(app, std::move(context), request, std::move(command));
}

Rated RateService(App& app, rpc::CallContext context, v1::RateServiceRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  RatingCommand command =
      RatingBy(context, request, RatingSide::kOfService, context.caller().person_id);
  co_return co_await Rate(app, std::move(context), request, std::move(command));
}

bool SeesAll(const App& app, const rpc::CallContext& context, const v1::Task& task) {
  const bool requested = !task.requester_id().empty() && context.caller().Is(task.requester_id());
  return requested || context.caller().Coordinates(task.area_code(), app.relations.covers);
}

Task<absl::StatusOr<v1::ListRatingsResponse>> ListRatings(App& app, rpc::CallContext context,
                                                          v1::ListRatingsRequest request) {
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app.ring, context, request, app.clock.Now(), 50, 200));
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app.tasks.ReadWithPeople(request.task_id()));
  const bool all = SeesAll(app, context, loaded->record.task());
  const std::string caller = context.caller().person_id;
  if (!all && !loaded->people.contains(caller)) co_return Refuse(Reason::PERMISSION_DENIED);
  const auto fits = [&](const v1::Assignment& assignment) {
    const v1::AssignmentRecord& record = loaded->people.at(assignment.person_id());
    const bool rated = record.has_of_volunteer() || record.has_of_service();
    return rated && (all || assignment.person_id() == caller);
  };
  const PeoplePage page = NextPeople(*loaded, asked.after, asked.size, fits);
  context.Charge(paging::CallsOwed(static_cast<int64_t>(loaded->people.size()),
                                   static_cast<int64_t>(page.person_ids.size())));
  v1::ListRatingsResponse response;
  for (const std::string& person : page.person_ids) {
    *response.add_ratings() = RatingsOf(loaded->people.at(person));
  }
  if (page.more) response.set_next_page_token(asked.TokenFor(page.person_ids.back()));
  co_return response;
}

}  // namespace

void RegisterRatings(App& app, rpc::Router& router) {
  const std::string service = "baodao.dispatch.v1.RatingService/";
  router.Unary(service + "RateVolunteer", app, &RateVolunteer);
  router.Unary(service + "RateService", app, &RateService);
  router.Unary(service + "ListRatings", app, &ListRatings);
}

}  // namespace baodao::dispatch
