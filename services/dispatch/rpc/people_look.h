// Looking at the people of a task by name, page by page.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/dispatch/app/releases.h"

namespace baodao::dispatch {

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
  std::vector<std::pair<v1::Assignment, registration::v1::Identity>> people;
  // Where the next page goes on; empty: there is none.
  std::string last;
};

// The page that the request asks for.
template <class Request>
absl::StatusOr<Look> LookOf(const App& app, const Request& request, const paging::Query& query) {
  Look look;
  look.task_id = request.task_id();
  look.size = paging::PageSize(request.page_size(), 20, kMaxReleased);
  ASSIGN_OR_RETURN(look.after, paging::Decode(request.page_token(), query, app.clock.Now()));
  return look;
}

// Reads who they are, then once more what they are on the task: while registration was asked one
// may have left it. On record before it is out.
Task<absl::StatusOr<Seen>> LookAtPeople(App& app, rpc::CallContext context, Look look);

}  // namespace baodao::dispatch
