// The roster: whom the leader of a task leads.
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/leader.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/rpc/on_site.h"
#include "services/dispatch/rpc/people_look.h"

namespace baodao::dispatch {
namespace {

// For somebody on the roster, as long as CheckNotOver lets it be.
Detail DetailForLeader(const v1::Task& task, const v1::Assignment& assignment, Time now) {
  const bool comes = assignment.state() == v1::ASSIGNMENT_STATE_ACCEPTED ||
                     assignment.state() == v1::ASSIGNMENT_STATE_SIGNED_IN;
  return comes && ShowsPhones(task, now) ? Detail::kPhone : Detail::kName;
}

v1::RosterEntry EntryOf(const v1::Assignment& assignment, registration::v1::Identity identity,
                        Detail detail) {
  v1::RosterEntry entry;
  entry.set_person_id(assignment.person_id());
  entry.set_display_name(std::move(*identity.mutable_display_name()));
  if (identity.has_photo()) *entry.mutable_photo() = std::move(*identity.mutable_photo());
  if (detail >= Detail::kPhone) entry.set_phone(std::move(*identity.mutable_phone()));
  entry.set_state(assignment.state());
  if (assignment.has_sign_in_time()) *entry.mutable_sign_in_time() = assignment.sign_in_time();
  if (assignment.has_sign_out_time()) *entry.mutable_sign_out_time() = assignment.sign_out_time();
  entry.set_check_in_state(assignment.check_in_state());
  return entry;
}

}  // namespace

Task<absl::StatusOr<v1::ListRosterResponse>> ListRoster(App& app, rpc::CallContext context,
                                                        v1::ListRosterRequest request) {
  CO_ASSIGN_OR_RETURN(Look look, LookOf(app, context, request));
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app.tasks.Read(request.task_id()));
  CO_RETURN_IF_ERROR(CheckNotOver(record.task()));
  CO_RETURN_IF_ERROR(co_await CheckLeads(app, context, record.task()));
  const std::string leader = context.caller().person_id;
  // Who leads may have changed while registration was asked.
  look.check = [&leader](const v1::Task& task) {
    if (task.leader_id() != leader) return Refuse(Reason::NOT_LEADER);
    return CheckNotOver(task);
  };
  look.shows = [&](const v1::Task&, const v1::Assignment& assignment) {
    return IsOnRoster(leader, assignment, app.relations.blocks);
  };
  CO_ASSIGN_OR_RETURN(Seen seen, co_await LookAtPeople(app, context, std::move(look)));
  const Time now = app.clock.Now();
  v1::ListRosterResponse response;
  for (auto& [assignment, identity] : seen.people) {
    const Detail detail = DetailForLeader(seen.task, assignment, now);
    *response.add_people() = EntryOf(assignment, std::move(identity), detail);
  }
  response.set_next_page_token(std::move(seen.next_page_token));
  co_return response;
}

}  // namespace baodao::dispatch
