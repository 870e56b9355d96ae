// UnitMemberService.
#include <map>
#include <utility>
#include <vector>

#include "baodao/registration/v1/unit_member.pb.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/subject.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using MemberAnswer = Task<absl::StatusOr<v1::UnitMemberAnswer>>;
using Known = std::map<std::string, PrivateFields>;

// A page of so many people costs a call more: its record takes as much room as theirs would.
constexpr double kPeoplePerCall = 4;

v1::UnitMember MemberOf(const v1::Registration& registration) {
  v1::UnitMember member;
  member.set_person_id(registration.subject_id());
  member.set_registration_id(registration.registration_id());
  member.set_area_code(registration.area_code());
  member.set_state(registration.state());
  member.set_confirmed(registration.unit_confirmed());
  *member.mutable_create_time() = registration.create_time();
  return member;
}

Task<absl::StatusOr<Known>> WhoTheyAre(App& app, const v1::ListUnitMembersResponse& page) {
  std::vector<std::string> ids;
  for (const v1::UnitMember& member : page.members()) ids.push_back(member.person_id());
  CO_ASSIGN_OR_RETURN(const auto found, co_await app.records.LoadMany(kPerson, std::move(ids)));
  Known people;
  for (const auto& person : found) {
    CO_ASSIGN_OR_RETURN(people[person.record.person().person_id()], app.vault.Open(person.record));
  }
  co_return people;
}

Task<absl::StatusOr<v1::ListUnitMembersResponse>> ListUnitMembers(
    App& app, rpc::CallContext context, v1::ListUnitMembersRequest request) {
  const auto show = [&](v1::ListUnitMembersResponse* response,
                        record::Versioned<v1::RegistrationRecord>&& found) {
    *response->add_members() = MemberOf(found.record.registration());
    return absl::OkStatus();
  };
  // One may have left since the list was read.
  const auto fits = [&](const v1::RegistrationRecord& record) {
    return IsMemberOf(record.registration(), request.unit_id());
  };
  record::PageQuery query = MembersOfUnit(app.store().keys(), request.unit_id());
  CO_ASSIGN_OR_RETURN(v1::ListUnitMembersResponse page,
                      co_await app.records.List<v1::ListUnitMembersResponse>(
                          context, kRegistration, request, std::move(query), show, fits));
  if (page.members().empty()) co_return page;
  context.Charge(page.members_size() / kPeoplePerCall);
  CO_ASSIGN_OR_RETURN(const Known people, co_await WhoTheyAre(app, page));
  events::v1::ContactReleased released;
  released.set_unit_id(request.unit_id());
  for (const auto& [person, fields] : people) released.add_person_ids(person);
  CO_RETURN_IF_ERROR(co_await app.records.RecordRelease(context, released, request.unit_id()));
  for (v1::UnitMember& member : *page.mutable_members()) {
    const auto known = people.find(member.person_id());
    if (known == people.end()) continue;
    member.set_display_name(known->second.name);
    if (known->second.photo) *member.mutable_photo() = *known->second.photo;
  }
  co_return page;
}

// All of the person's registrations that came through the unit.
MemberAnswer DecideMember(App& app, rpc::CallContext context, record::Transaction& transaction,
                          const v1::UnitMemberRequest& request, bool confirmed) {
  CO_ASSIGN_OR_RETURN(const auto unit,
                      co_await app.records.Load(context, kUnit, request.unit_id()));
  CO_ASSIGN_OR_RETURN(Subject person, co_await Subject::Load(app.records, request.person_id()));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await person.LiveRegistrations(app.records));
  v1::UnitMemberAnswer answer;
  bool changed = false;
  for (const v1::Registration& registration : live) {
    if (!IsMemberOf(registration, request.unit_id())) continue;
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(kRegistration, registration.registration_id()));
    v1::RegistrationRecord after = before.record;
    SetMember(confirmed, after.mutable_registration());
    *answer.add_registrations() = after.registration();
    if (confirmed && before.record.registration().unit_confirmed()) continue;
    changed = true;
    person.Note(after.registration());
    transaction.Put(kRegistration, before, after);
  }
  if (answer.registrations().empty()) co_return Refuse(Reason::NOT_A_MEMBER);
  if (!changed) co_return answer;
  person.Put(transaction);
  events::v1::Event event;
  events::v1::UnitMemberChanged& member = *event.mutable_unit_member_changed();
  member.set_unit_id(request.unit_id());
  member.set_unit_name(unit.record.unit().name());
  member.set_person_id(request.person_id());
  member.set_confirmed(confirmed);
  transaction.Emit(std::move(event));
  co_return answer;
}

MemberAnswer ChangeMember(App& app, rpc::CallContext context, const v1::UnitMemberRequest& request,
                          bool confirmed) {
  record::Decide<v1::UnitMemberAnswer> decide = [&](record::Transaction& transaction) {
    return DecideMember(app, context, transaction, request, confirmed);
  };
  const int shard = app.records.ShardOfId(request.person_id());
  co_return co_await app.records.Mutate<v1::UnitMemberAnswer>(context, request, shard,
                                                              std::move(decide));
}

MemberAnswer ConfirmUnitMember(App& app, rpc::CallContext context, v1::UnitMemberRequest request) {
  co_return co_await ChangeMember(app, context, request, true);
}

MemberAnswer RemoveUnitMember(App& app, rpc::CallContext context, v1::UnitMemberRequest request) {
  co_return co_await ChangeMember(app, context, request, false);
}

}  // namespace

void RegisterUnitMembers(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.UnitMemberService/";
  router.Unary(service + "ListUnitMembers", app, &ListUnitMembers);
  router.Unary(service + "ConfirmUnitMember", app, &ConfirmUnitMember);
  router.Unary(service + "RemoveUnitMember", app, &RemoveUnitMember);
}

}  // namespace baodao::registration
