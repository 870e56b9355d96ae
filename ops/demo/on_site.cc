#include "ops/demo/on_site.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::SignRequest;

const std::string& CoordinatorOf(const World& world, const Job& job) {
  return world.communities[job.community].coordinator.token;
}

// Everybody who comes is told where to meet, and the first of them leads.
Task<void> Prepare(World& world, Job& job) {
  const std::vector<const Actor*> accepted = co_await AcceptedOf(world, job);
  if (accepted.size() < 2) co_return;  // nobody to lead
  dispatch::v1::SendTaskMessageRequest send;
  send.set_request_id(world.RequestId());
  send.set_task_id(job.task_id);
  send.set_text("八点五十在居委会门口集合，请穿马甲");
  send.add_states(dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
  const auto sent =
      co_await Must(world.backend.task_messages, &client::TaskMessages::SendTaskMessage,
                    CoordinatorOf(world, job), send);
  if (sent.recipient_count() < static_cast<int>(accepted.size())) {
    throw std::runtime_error("a message did not reach everybody on " + job.task_id);
  }
  ++world.counts["messages to the people of a task"];
  for (const Actor* person : accepted) {
    world.awaited.push_back({person, inbox::v1::NOTIFICATION_KIND_TASK_MESSAGE, job.task_id});
  }
  dispatch::v1::NameLeaderRequest name;
  name.set_request_id(world.RequestId());
  name.set_task_id(job.task_id);
  name.set_person_id(accepted.front()->person_id);
  co_await Must(world.backend.on_site, &client::OnSite::NameLeader, CoordinatorOf(world, job),
                name);
  job.leader = accepted.front();
  world.awaited.push_back({job.leader, inbox::v1::NOTIFICATION_KIND_LEADER_NAMED, job.task_id});
}

SignRequest AtTheDoor(World& world, const Job& job) {
  SignRequest request;
  request.set_request_id(world.RequestId());
  request.set_task_id(job.task_id);
  *request.mutable_position() = world.communities[job.community].area.center();
  request.set_accuracy_m(20);
  *request.mutable_phone_time() = ToTimestamp(SystemClock().Now());
  return request;
}

Task<void> SignOthers(World& world, const Job& job, const std::vector<const Actor*>& others,
                      dispatch::v1::SignAction action) {
  dispatch::v1::SignPeopleRequest sign;
  sign.set_request_id(world.RequestId());
  sign.set_task_id(job.task_id);
  sign.set_action(action);
  for (const Actor* other : others) sign.add_person_ids(other->person_id);
  co_await Must(world.backend.on_site, &client::OnSite::SignPeople, job.leader->token, sign);
}

Task<void> SayAllIsWell(World& world, const Job& job, const Actor& person) {
  dispatch::v1::CheckInRequest check_in;
  check_in.set_request_id(world.RequestId());
  check_in.set_task_id(job.task_id);
  const auto heard =
      co_await Must(world.backend.on_site, &client::OnSite::CheckIn, person.token, check_in);
  if (heard.check_in_state() != dispatch::v1::CHECK_IN_STATE_ON_TIME) {
    throw std::runtime_error("a check-in on " + job.task_id + " was not heard");
  }
  ++world.counts["check-ins"];
}

Task<void> TakePhoto(World& world, const Job& job, const Actor& person) {
  dispatch::v1::SetServicePhotosRequest set;
  set.set_request_id(world.RequestId());
  set.set_task_id(job.task_id);
  common::v1::Photo& photo = *set.add_photos();
  photo.set_url("https://photos.example.org/" + job.task_id + ".jpg");
  photo.set_sha256(std::string(32, 'p'));  // nobody has taken it
  co_await Must(world.backend.on_site, &client::OnSite::SetServicePhotos, person.token, set);
  ++world.counts["photos of service"];
}

}  // namespace

Task<void> PrepareOnSite(World& world) {
  co_await world.KeepSignedIn();
  auto prepare = [&world](size_t i) -> Task<void> {
    if (IsLed(i)) co_await Prepare(world, world.jobs[i]);
  };
  co_await ForEach(world.jobs.size(), world.options.concurrency, prepare);
  fmt::print("  {} tasks have somebody who leads the others\n",
             world.counts["messages to the people of a task"]);
}

Task<bool> ServeLed(World& world, const Job& job) {
  std::vector<const Actor*> others = co_await AcceptedOf(world, job);
  if (std::erase(others, job.leader) == 0) co_return false;
  dispatch::v1::ListRosterRequest list;
  list.set_task_id(job.task_id);
  list.set_page_size(100);
  const auto roster =
      co_await Must(world.backend.on_site, &client::OnSite::ListRoster, job.leader->token, list);
  if (roster.people_size() < static_cast<int>(others.size())) {
    throw std::runtime_error("the roster of " + job.task_id + " lacks somebody");
  }
  const SignRequest in = AtTheDoor(world, job);
  co_await Must(world.backend.assignments, &client::Assignments::SignIn, job.leader->token, in);
  if (!others.empty()) co_await SignOthers(world, job, others, dispatch::v1::SIGN_ACTION_SIGN_IN);
  for (const Actor* other : others) {
    co_await SayAllIsWell(world, job, *other);
    world.awaited.push_back({other, inbox::v1::NOTIFICATION_KIND_SIGNED_IN_BY_LEADER, job.task_id});
  }
  co_await TakePhoto(world, job, *job.leader);
  if (!others.empty()) co_await SignOthers(world, job, others, dispatch::v1::SIGN_ACTION_SIGN_OUT);
  const SignRequest out = AtTheDoor(world, job);
  co_await Must(world.backend.assignments, &client::Assignments::SignOut, job.leader->token, out);
  world.counts["services"] += static_cast<int64_t>(others.size()) + 1;
  world.counts["people signed by their leader"] += static_cast<int64_t>(others.size());
  co_return true;
}

Task<void> ServeOffline(World& world, const Job& job, const Actor& person) {
  dispatch::v1::GetSignInCodeRequest ask;
  ask.set_task_id(job.task_id);
  const auto shown = co_await Must(world.backend.tasks, &client::Tasks::GetSignInCode,
                                   world.people[job.requester].token, ask);
  // Clocks of phones are off; what counts is how far they are when this is sent.
  const Time phone = SystemClock().Now() - std::chrono::minutes(3);
  dispatch::v1::SendOfflineSignsRequest send;
  send.set_request_id(world.RequestId());
  send.set_task_id(job.task_id);
  send.mutable_sign_in()->set_code(shown.code());
  *send.mutable_sign_in()->mutable_phone_time() = ToTimestamp(phone - std::chrono::seconds(2));
  send.mutable_sign_out()->set_code(shown.code());
  *send.mutable_sign_out()->mutable_phone_time() = ToTimestamp(phone);
  *send.mutable_sent_time() = ToTimestamp(phone);
  co_await Must(world.backend.on_site, &client::OnSite::SendOfflineSigns, person.token, send);
  ++world.counts["services"];
  ++world.counts["signs sent later"];
}

}  // namespace baodao::demo
