#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/findings.h"
#include "ops/demo/on_site.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::Assignment;

// Who signed somebody in stands there: the leader, for everybody but themself.
void CheckLed(const Job& job, const Assignment& one, Findings& findings) {
  const bool led = one.sign_in_method() == dispatch::v1::SIGN_METHOD_LEADER;
  if (!led) return;
  const bool by_leader =
      job.leader != nullptr && one.sign_in_detail().signer_id() == job.leader->person_id;
  if (!by_leader || one.person_id() == one.sign_in_detail().signer_id()) {
    findings.Broken(one.person_id() + " was signed in on " + job.task_id + " by nobody who leads");
  }
}

// Signs that came in later count from when the code was shown, never from later on.
void CheckSentLater(const Job& job, const Assignment& one, Findings& findings) {
  const dispatch::v1::SignDetail& detail = one.sign_in_detail();
  if (!detail.has_receive_time()) return;
  if (ToTime(detail.receive_time()) < ToTime(one.sign_in_time())) {
    findings.Broken(one.person_id() + " came to " + job.task_id + " after they said so");
  }
}

Task<void> CheckRatings(World& world, const Job& job, Findings& findings) {
  dispatch::v1::ListRatingsRequest list;
  list.set_task_id(job.task_id);
  list.set_page_size(200);
  const auto said = co_await Must(world.backend.ratings, &client::Ratings::ListRatings,
                                  world.communities[job.community].coordinator.token, list);
  int both = 0;
  for (const auto& one : said.ratings()) {
    if (one.of_volunteer().rating() == 5 && one.of_service().rating() == 4) ++both;
  }
  if (both != job.rated) findings.Broken("ratings of " + job.task_id + " are missing");
}

Task<void> CheckPhotos(World& world, const Job& job, Findings& findings) {
  dispatch::v1::ListServicePhotosRequest list;
  list.set_task_id(job.task_id);
  const auto given = co_await Must(world.backend.on_site, &client::OnSite::ListServicePhotos,
                                   world.communities[job.community].coordinator.token, list);
  world.counts["photos seen by coordinators"] += given.photos_size();
  for (const auto& photos : given.photos()) {
    if (photos.person_id() != job.leader->person_id) {
      findings.Broken("somebody else's photos on " + job.task_id);
    }
  }
}

}  // namespace

Task<void> CheckOnSite(World& world, Findings& findings) {
  auto check = [&](size_t i) -> Task<void> {
    const Job& job = world.jobs[i];
    if (job.rated > 0) co_await CheckRatings(world, job, findings);
    if (job.leader != nullptr) co_await CheckPhotos(world, job, findings);
    if (!IsLed(i) && !IsOffline(i)) co_return;
    for (const Assignment& one : co_await PeopleOf(world, job)) {
      CheckLed(job, one, findings);
      CheckSentLater(job, one, findings);
    }
  };
  co_await ForEach(world.jobs.size(), world.options.concurrency, check);
  if (world.counts["photos seen by coordinators"] != world.counts["photos of service"]) {
    findings.Broken("photos of service were lost");
  }
}

}  // namespace baodao::demo
