#include "services/inbox/rpc/home_handlers.h"

#include <string>

#include "common/status/macros.h"
#include "services/inbox/rpc/owner.h"

namespace baodao::inbox {

namespace {

// Four calls to other services, two of them sums of a year, and a page of announcements.
constexpr double kHomeCalls = 11;

}  // namespace

void HomeHandlers::Register(rpc::Router* router) {
  router->Unary("baodao.inbox.v1.HomeService/GetHome", this, &HomeHandlers::GetHome);
}

Task<absl::StatusOr<v1::Home>> HomeHandlers::GetHome(rpc::CallContext context,
                                                     v1::GetHomeRequest request) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  CO_ASSIGN_OR_RETURN(const v1::InboxRecord head, co_await inbox_.Head(owner));
  context.Charge(kHomeCalls);
  v1::Home home =
      co_await AskForHome(sources_, context, owner.id, head.announcement_read(), clock_.Now());
  home.set_unread_count(UnreadCount(head));
  co_return home;
}

}  // namespace baodao::inbox
