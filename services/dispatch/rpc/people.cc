// The people on a task, by name, for those who may know them.
#include <functional>
#include <utility>
#include <vector>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/people_page.h"
#include "services/dispatch/rpc/shown.h"

namespace baodao::dispatch {
namespace {

using registration::v1::Identity;

// A page of so many people costs a call more: its record takes as much room as theirs would.
constexpr double kPeoplePerCall = 4;

// What a page may show.
struct Look {
  std::string task_id;
  std::string after;
  int size = 0;
  // Why nobody of the task is shown now.
  std::function<absl::Status(const v1::Task&)> check;
  std::function<bool(const v1::Task&, const v1::Assignment&)> shows;
};

struct Seen {
  v1::Task task;
  std::vector<std::pair<v1::Assignment, Identity>> people;
  // Where the next page goes on; empty: there is none.
  std::string last;
};

// Reads who they are, then once more what they are on the task: while registration was asked one
// may have left it. On record before it is out.
Task<absl::StatusOr<Seen>> LookAtPeople(App& app, rpc::CallContext context, Look look) {
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app.tasks.ReadWithPeople(look.task_id));
  const v1::Task& before = loaded->record.task();
  CO_RETURN_IF_ERROR(look.check(before));
  const auto fits = [&](const v1::Assignment& one) { return look.shows(before, one); };
  const PeoplePage page = NextPeople(*loaded, look.after, look.size, fits);
  const auto size = static_cast<int64_t>(page.person_ids.size());
  context.Charge(paging::CallsOwed(static_cast<int64_t>(loaded->people.size()), size) +
                 static_cast<double>(size) / kPeoplePerCall);
  Seen seen;
  if (page.person_ids.empty()) co_return seen;
  if (page.more) seen.last = page.person_ids.back();
  CO_ASSIGN_OR_RETURN(
      std::vector<Identity> identities,
      co_await app.identities->List(rpc::CallOptions::From(context), page.person_ids));
  CO_ASSIGN_OR_RETURN(const auto now,
                      co_await app.tasks.ReadWithThese(look.task_id, page.person_ids));
  seen.task = now->record.task();
  CO_RETURN_IF_ERROR(look.check(seen.task));
  std::vector<std::string> released;
  for (Identity& identity : identities) {
    const auto person = now->people.find(identity.person_id());
    if (person == now->people.end()) continue;
    const v1::Assignment& assignment = person->second.assignment();
    if (!look.shows(seen.task, assignment)) continue;
    released.push_back(identity.person_id());
    seen.people.emplace_back(assignment, std::move(identity));
  }
  if (released.empty()) co_return seen;
  CO_RETURN_IF_ERROR(co_await RecordRelease(app, std::move(context), std::move(look.task_id),
                                            std::move(released)));
  co_return seen;
}

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

template <class Request>
absl::StatusOr<Look> LookOf(const App& app, const Request& request, const paging::Query& query) {
  Look look;
  look.task_id = request.task_id();
  look.size = paging::PageSize(request.page_size(), 20, kMaxReleased);
  ASSIGN_OR_RETURN(look.after, paging::Decode(request.page_token(), query, app.clock.Now()));
  return look;
}

}  // namespace

Answer<v1::ListTaskPeopleResponse> AssignmentHandlers::ListTaskPeople(
    rpc::CallContext context, v1::ListTaskPeopleRequest request) {
  const paging::Query query = paging::QueryOf(app_.ring, "dispatch.ListTaskPeople", request);
  CO_ASSIGN_OR_RETURN(Look look, LookOf(app_, request, query));
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
  if (!seen.last.empty()) {
    response.set_next_page_token(paging::Encode(seen.last, query, app_.clock.Now()));
  }
  co_return response;
}

Answer<v1::ListTeammatesResponse> AssignmentHandlers::ListTeammates(
    rpc::CallContext context, v1::ListTeammatesRequest request) {
  const paging::Query query = paging::QueryOf(app_.ring, "dispatch.ListTeammates", request);
  CO_ASSIGN_OR_RETURN(Look look, LookOf(app_, request, query));
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
  if (!seen.last.empty()) {
    response.set_next_page_token(paging::Encode(seen.last, query, app_.clock.Now()));
  }
  co_return response;
}

}  // namespace baodao::dispatch
