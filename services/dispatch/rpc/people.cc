// The people on a task, by name, for those who may know them.
#include <utility>

#include "common/status/status.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/people_look.h"
#include "services/dispatch/rpc/shown.h"

namespace baodao::dispatch {
namespace {

using registration::v1::Identity;

v1::TaskPerson PersonOf(v1::Assignment assignment, Identity identity, Detail detail) {
  v1::TaskPerson person;
  *person.mutable_assignment() = std::move(assignment);
  person.set_display_name(std::move(*identity.mutable_display_name()));
  if (detail >= Detail::kPhone) person.set_phone(std::move(*identity.mutable_phone()));
  if (detail >= Detail::kEmergencyContact && identity.has_emergency_contact()) {
    *person.mutable_emergency_contact() = std::move(*identity.mutable_emergency_contact());
  }
  *person.mutable_languages() = std::move(*identity.mutable_languages());
  if (identity.has_photo()) *person.mutable_photo() = std::move(*identity.mutable_photo());
  person.set_unit_name(std::move(*identity.mutable_unit_name()));
  for (const auto& credential : identity.credentials()) {
    registration::v1::Credential& shown = *person.add_credentials();
    shown.set_kind(credential.kind());
    shown.set_issuer(credential.issuer());
    *shown.mutable_expire_time() = credential.expire_time();
  }
  return person;
}

}  // namespace

Answer<v1::ListTaskPeopleResponse> AssignmentHandlers::ListTaskPeople(
    rpc::CallContext context, v1::ListTaskPeopleRequest request) {
  CO_ASSIGN_OR_RETURN(Look look, LookOf(app_, context, request));
  look.check = [this](const v1::Task& task) { return CheckPeopleShown(task, app_.clock.Now()); };
  const auto detail_of = [this, &context](const v1::Task& task, const v1::Assignment& assignment) {
    const bool coordinates = context.caller().Coordinates(task.area_code(), app_.relations.covers);
    return DetailFor(coordinates ? Viewer::kCoordinator : Viewer::kRequester, task, assignment);
  };
  look.shows = [&detail_of](const v1::Task& task, const v1::Assignment& assignment) {
    return detail_of(task, assignment) != Detail::kNothing;
  };
  CO_ASSIGN_OR_RETURN(Seen seen, co_await LookAtPeople(app_, context, std::move(look)));
  v1::ListTaskPeopleResponse response;
  for (auto& [assignment, identity] : seen.people) {
    const Detail detail = detail_of(seen.task, assignment);
    *response.add_people() = PersonOf(Shown(app_, context, seen.task, std::move(assignment)),
                                      std::move(identity), detail);
  }
  response.set_next_page_token(std::move(seen.next_page_token));
  co_return response;
}

Answer<v1::ListTeammatesResponse> AssignmentHandlers::ListTeammates(
    rpc::CallContext context, v1::ListTeammatesRequest request) {
  CO_ASSIGN_OR_RETURN(Look look, LookOf(app_, context, request));
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  const v1::Task& task = record.task();
  CO_RETURN_IF_ERROR(CheckNotOver(task));
  CO_RETURN_IF_ERROR(co_await CheckOnTheWork(app_, context, task));
  if (!task.show_teammates()) co_return Refuse(Reason::TEAMMATES_NOT_SHOWN);
  look.check = CheckNotOver;
  look.shows = [this, &context](const v1::Task&, const v1::Assignment& assignment) {
    return AreTeammates(context.caller().person_id, assignment, app_.relations.blocks);
  };
  CO_ASSIGN_OR_RETURN(Seen seen, co_await LookAtPeople(app_, context, std::move(look)));
  v1::ListTeammatesResponse response;
  for (auto& [assignment, identity] : seen.people) {
    v1::Teammate& teammate = *response.add_teammates();
    teammate.set_person_id(assignment.person_id());
    teammate.set_display_name(std::move(*identity.mutable_display_name()));
    if (identity.has_photo()) *teammate.mutable_photo() = std::move(*identity.mutable_photo());
  }
  response.set_next_page_token(std::move(seen.next_page_token));
  co_return response;
}

}  // namespace baodao::dispatch
