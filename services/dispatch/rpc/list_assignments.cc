#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/agenda.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/people_page.h"
#include "services/dispatch/rpc/shown.h"

namespace baodao::dispatch {

Answer<v1::ListTaskAssignmentsResponse> AssignmentHandlers::ListTaskAssignments(
    rpc::CallContext context, v1::ListTaskAssignmentsRequest request) {
  CO_ASSIGN_OR_RETURN(
      const paging::AskedPage asked,
      paging::PageAskedFor(app_.ring, context, request, app_.clock.Now(), 200, 1000));
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app_.tasks.ReadWithPeople(request.task_id()));
  const auto everybody = [](const v1::Assignment&) { return true; };
  const PeoplePage page = NextPeople(*loaded, asked.after, asked.size, everybody);
  context.Charge(paging::CallsOwed(static_cast<int64_t>(loaded->people.size()),
                                   static_cast<int64_t>(page.person_ids.size())));
  v1::ListTaskAssignmentsResponse response;
  for (const std::string& person : page.person_ids) {
    *response.add_assignments() =
        Shown(app_, context, loaded->record.task(), loaded->people.at(person).assignment());
  }
  if (page.more) response.set_next_page_token(asked.TokenFor(page.person_ids.back()));
  co_return response;
}

namespace {

bool IsBehind(const record::Position& one, const record::Position& other) {
  return std::tie(one.sort, one.id) > std::tie(other.sort, other.id);
}

}  // namespace

Answer<v1::ListMyAssignmentsResponse> AssignmentHandlers::ListMyAssignments(
    rpc::CallContext context, v1::ListMyAssignmentsRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app_.ring, context, request, app_.clock.Now(), 20, 200));
  CO_ASSIGN_OR_RETURN(std::vector<record::Position> tasks, co_await CurrentTasksOf(app_, person));
  if (!asked.after.empty()) {
    CO_ASSIGN_OR_RETURN(const record::Position last, record::Position::Decode(asked.after));
    std::erase_if(tasks, [&](const auto& task) { return !IsBehind(task, last); });
  }
  const auto size = static_cast<size_t>(asked.size);
  v1::ListMyAssignmentsResponse response;
  size_t looked_at = 0;
  const auto missing = [&] { return size - static_cast<size_t>(response.items_size()); };
  while (missing() > 0 && looked_at < tasks.size()) {
    const auto rest = std::span(tasks).subspan(looked_at);
    const size_t round = std::min(std::max(missing(), kItemsAtOnce), rest.size());
    CO_ASSIGN_OR_RETURN(std::vector<std::optional<AssignmentItem>> items,
                        co_await ReadItems(app_, person, rest.first(round)));
    for (size_t i = 0; i < round && missing() > 0; ++i, ++looked_at) {
      if (items[i]) *response.add_items() = *std::move(items[i]);
    }
  }
  context.Charge(paging::CallsOwed(app_.store.shards() + static_cast<int64_t>(looked_at),
                                   response.items_size()));
  if (looked_at < tasks.size()) {
    response.set_next_page_token(asked.TokenFor(tasks[looked_at - 1].Encode()));
  }
  co_return response;
}

// It reads about as much as a long page.
constexpr double kAgendaCalls = 4;

Answer<v1::Agenda> AssignmentHandlers::GetAgenda(rpc::CallContext context,
                                                 v1::GetAgendaRequest request) {
  context.Charge(kAgendaCalls);
  co_return co_await ReadAgenda(app_, std::move(*request.mutable_person_id()));
}

}  // namespace baodao::dispatch
