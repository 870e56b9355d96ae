#include "services/dispatch/rpc/people_look.h"

#include "services/dispatch/rpc/people_page.h"

namespace baodao::dispatch {
namespace {

using registration::v1::Identity;

// A page of so many people costs a call more: its record takes as much room as theirs would.
constexpr double kPeoplePerCall = 4;

}  // namespace

Task<absl::StatusOr<Seen>> LookAtPeople(App& app, rpc::CallContext context, Look look) {
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app.tasks.ReadWithPeople(look.task_id));
  const v1::Task& before = loaded->record.task();
  CO_RETURN_IF_ERROR(look.check(before));
  const auto fits = [&](const v1::Assignment& one) { return look.shows(before, one); };
  const PeoplePage page = NextPeople(*loaded, look.asked.after, look.asked.size, fits);
  const auto size = static_cast<int64_t>(page.person_ids.size());
  context.Charge(paging::CallsOwed(static_cast<int64_t>(loaded->people.size()), size) +
                 static_cast<double>(size) / kPeoplePerCall);
  Seen seen;
  if (page.person_ids.empty()) co_return seen;
  if (page.more) seen.next_page_token = look.asked.TokenFor(page.person_ids.back());
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

}  // namespace baodao::dispatch
