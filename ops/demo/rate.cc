#include <fmt/core.h>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::Assignment;

constexpr size_t kRatedEvery = 5;  // jobs whose people are rated apart

// Both sides of one person's service; the volunteer hears of it.
Task<void> RateBothWays(World& world, const Job& job, const Actor& person) {
  dispatch::v1::RateVolunteerRequest volunteer;
  volunteer.set_request_id(world.RequestId());
  volunteer.set_task_id(job.task_id);
  volunteer.set_person_id(person.person_id);
  volunteer.set_rating(5);
  volunteer.add_tags(dispatch::v1::RATING_TAG_KIND);
  volunteer.set_comment("很耐心");
  co_await Must(world.backend.ratings, &client::Ratings::RateVolunteer,
                world.people[job.requester].token, volunteer);
  dispatch::v1::RateServiceRequest service;
  service.set_request_id(world.RequestId());
  service.set_task_id(job.task_id);
  service.set_rating(4);
  service.add_tags(dispatch::v1::RATING_TAG_WARM_WELCOME);
  co_await Must(world.backend.ratings, &client::Ratings::RateService, person.token, service);
  world.awaited.push_back({&person, inbox::v1::NOTIFICATION_KIND_VOLUNTEER_RATED, job.task_id});
  ++world.counts["people rated apart"];
}

Task<void> Rate(World& world, Job& job) {
  for (const Assignment& one : co_await PeopleOf(world, job)) {
    const Actor* person = PersonOf(world, one.person_id());
    const bool served = one.state() == dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT ||
                        one.state() == dispatch::v1::ASSIGNMENT_STATE_CREDITED;
    if (!served || person == nullptr) continue;
    co_await RateBothWays(world, job, *person);
    ++job.rated;
  }
}

}  // namespace

Task<void> RateEachOther(World& world) {
  auto rate = [&world](size_t i) { return Rate(world, world.jobs[i * kRatedEvery]); };
  const size_t rated = (world.jobs.size() + kRatedEvery - 1) / kRatedEvery;
  co_await ForEach(rated, world.options.concurrency, rate);
  fmt::print("  {} people rated apart, and they said how it went\n",
             world.counts["people rated apart"]);
}

}  // namespace baodao::demo
