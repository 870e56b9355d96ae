// Looking at the people of a task by name, page by page.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "services/dispatch/app/releases.h"

namespace baodao::dispatch {

// The page that is asked for, and whom it may show.
struct Look {
  std::string task_id;
  paging::AskedPage asked;
  // Why nobody of the task is shown now.
  std::function<absl::Status(const v1::Task&)> check;
  std::function<bool(const v1::Task&, const v1::Assignment&)> shows;
};

struct Seen {
  v1::Task task;
  std::vector<std::pair<v1::Assignment, registration::v1::Identity>> people;
  // Empty: there is no next page.
  std::string next_page_token;
};

// The page that the request asks for.
template <class Request>
absl::StatusOr<Look> LookOf(const App& app, const rpc::CallContext& context,
                            const Request& request) {
  Look look;
  look.task_id = request.task_id();
  ASSIGN_OR_RETURN(look.asked, paging::PageAskedFor(app.ring, context, request, app.clock.Now(), 20,
                                                    kMaxReleased));
  return look;
}

// Reads who they are, then once more what they are on the task: while registration was asked one
// may have left it. On record before it is out.
Task<absl::StatusOr<Seen>> LookAtPeople(App& app, rpc::CallContext context, Look look);

}  // namespace baodao::dispatch
