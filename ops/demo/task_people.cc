#include "ops/demo/task_people.h"

#include "ops/demo/call.h"

namespace baodao::demo {

Task<std::vector<dispatch::v1::Assignment>> PeopleOf(World& world, const Job& job) {
  std::vector<dispatch::v1::Assignment> result;
  dispatch::v1::ListTaskAssignmentsRequest request;
  request.set_task_id(job.task_id);
  do {
    const auto page =
        co_await Must(world.backend.assignments, &client::Assignments::ListTaskAssignments,
                      world.communities[job.community].coordinator.token, request);
    result.insert(result.end(), page.assignments().begin(), page.assignments().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  co_return result;
}

const Actor* PersonOf(const World& world, const std::string& person_id) {
  for (const Actor& person : world.people) {
    if (person.person_id == person_id) return &person;
  }
  return nullptr;
}

Task<std::vector<const Actor*>> AcceptedOf(World& world, const Job& job) {
  std::vector<const Actor*> accepted;
  for (const auto& assignment : co_await PeopleOf(world, job)) {
    const Actor* person = PersonOf(world, assignment.person_id());
    const bool in = assignment.state() == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
    if (in && person != nullptr) accepted.push_back(person);
  }
  co_return accepted;
}

}  // namespace baodao::demo
