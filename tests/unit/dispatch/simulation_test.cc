// Random people do random things to few tasks on two replicas, while the store conflicts, fails
// before and after it wrote, and hangs; after every step the promises are checked. A seed that
// fails is run again with BAODAO_SEED=<seed>; BAODAO_SEEDS=<n> runs more of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/status.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/on_site.h"
#include "tests/unit/dispatch/sim_checks.h"
#include "tests/unit/dispatch/sim_registration.h"

namespace baodao::dispatch {
namespace {

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : world_(seed) {
    for (int i = 0; i < 6; ++i) world_.NewPerson();
  }

  // Empty when all promises held.
  std::string Run() {
    world_.SetFaults(false);
    for (int i = 0; i < 4; ++i) Publish();
    world_.SetFaults(true);
    for (int step = 0; step < 70; ++step) {
      for (int i = world_.Below(4); i >= 0; --i) Act();
      if (world_.Chance(10)) registration_.Change(AnyPerson());
      world_.Settle();
      world_.Advance(Pause());
      if (world_.Chance(40)) world_.FireTimers();
      if (std::string wrong = Check(); !wrong.empty()) return wrong;
      if (!broken_.empty()) return broken_;
    }
    return End();
  }

 private:
  std::string Check() {
    std::string wrong = CheckAlways(world_, tasks_);
    return wrong.empty() ? CheckStandings(world_, registration_, tasks_) : wrong;
  }

  // Lets everything come to its end, with and then without faults.
  std::string End() {
    for (int i = 0; i < 40; ++i) {
      if (i == 28) world_.SetFaults(false);
      // Once it is over some of what is missing is told, perhaps by several at once.
      for (int told = world_.Below(3); told > 0 && i < 26; --told) Tell();
      world_.Advance(i < 20 ? Millis(minutes(40)) : Millis(hours(24)));
      world_.FireTimers();
      world_.Advance(std::chrono::seconds(40));
      world_.FireTimers();
      if (std::string wrong = Check(); !wrong.empty()) return wrong;
    }
    world_.Advance(minutes(10));
    if (world_.outstanding() != 0) return "a call never ended";
    if (!broken_.empty()) return broken_;
    return CheckAtEnd(world_, tasks_);
  }

  Millis Pause() {
    switch (world_.Below(6)) {
      case 0:
        return Millis(0);
      case 1:
        return Millis(world_.Below(50));
      case 2:
        return std::chrono::seconds(world_.Below(20));
      case 3:
        return std::chrono::seconds(30 + world_.Below(60));
      case 4:
        return minutes(world_.Below(12));
      default:
        return Millis(1);
    }
  }

  Replica& AnyReplica() { return *world_.replicas[static_cast<size_t>(world_.Below(2))]; }
  const std::string& AnyTask() {
    return tasks_[static_cast<size_t>(world_.Below(static_cast<int>(tasks_.size())))];
  }
  const std::string& AnyPerson() {
    return world_.people[static_cast<size_t>(world_.Below(static_cast<int>(world_.people.size())))];
  }
  static rpc::CallContext As(const std::string& person) {
    return rpc::CallContext::Internal(auth::Principal::Person(person), "test");
  }
  static rpc::CallContext AsCoordinator() {
    return rpc::CallContext::Internal(auth::Principal::Service("lists"), "test");
  }

  void Publish() {
    v1::PublishTaskRequest request;
    request.set_request_id("publish-" + std::to_string(tasks_.size()));
    request.set_title("任务");
    request.set_category("cleaning");
    request.set_area_code(World::kCommunity);
    request.mutable_place()->set_latitude(31.27);
    request.mutable_place()->set_longitude(121.52);
    // Windows that touch, overlap, or lie on either side of a night.
    const Time start = world_.clock.Now() + minutes(60 + 30 * world_.Below(12)) +
                       (world_.Chance(30) ? hours(12) : hours(0));
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() =
        ToTimestamp(start + minutes(60 + 60 * world_.Below(5)));
    request.set_slots_min(1 + world_.Below(2));
    request.set_slots_max(request.slots_min() + world_.Below(2));
    request.set_waitlist_max(world_.Below(4));
    request.set_sla_seconds(600 + world_.Below(4000));
    if (world_.Chance(50)) request.set_check_in_minutes(10 + world_.Below(30));
    world_.Spawn(PublishOne(AnyReplica(), request));
    world_.Settle();
  }
  Task<void> PublishOne(Replica& replica, v1::PublishTaskRequest request) {
    auto task = co_await replica.tasks.PublishTask(AsCoordinator(), std::move(request));
    if (!task.ok()) broken_ = "publish: " + task.status().ToString();
    if (task.ok()) tasks_.push_back(task->task_id());
  }

  struct Call {
    int kind = 0;
    std::string request_id;
    std::string task;
    std::string person;
    std::string other;
    bool by_coordinator = false;
    int number = 0;
    // When it was made, and the key of the task's codes then.
    Time time;
    std::string code_key;
  };

  void Act() {
    Call call;
    if (!sent_.empty() && world_.Chance(20)) {
      // Sent again, perhaps to another replica: the answer got lost, or did not.
      call = sent_[static_cast<size_t>(world_.Below(static_cast<int>(sent_.size())))];
    } else {
      call.kind = world_.Below(28);
      call.other = AnyPerson();
      call.request_id = "request-" + std::to_string(sent_.size());
      call.task = AnyTask();
      call.person = AnyPerson();
      call.by_coordinator = world_.Chance(30);
      call.number = world_.Below(5);
      call.time = world_.clock.Now();
      call.code_key = CodeKey(world_.ring, call.task, world_.TaskOf(call.task).code_key());
      sent_.push_back(call);
    }
    world_.Spawn(Do(AnyReplica(), std::move(call)));
  }

  template <class Response>
  void Note(const Call& call, const absl::StatusOr<Response>& response) {
    if (!response.ok()) {
      if (Is(response.status(), Reason::REQUEST_ID_REUSED)) broken_ = "promise 4: taken for reuse";
      if (!IsRefusal(response.status())) broken_ = "fault: " + response.status().ToString();
      return;
    }
    const std::string bytes = response->SerializeAsString();
    const auto [it, is_first] = answers_.try_emplace(call.request_id, bytes);
    if (!is_first && it->second != bytes) broken_ = "promise 4: two answers to one request";
  }

  Task<void> Do(Replica& replica, Call call) {
    AssignmentHandlers& a = replica.assignments;
    TaskHandlers& t = replica.tasks;
    v1::AssignmentRequest person;
    person.set_request_id(call.request_id);
    person.set_task_id(call.task);
    if (call.by_coordinator) person.set_person_id(call.person);
    rpc::CallContext caller = call.by_coordinator ? AsCoordinator() : As(call.person);
    v1::SignRequest sign;
    sign.set_request_id(call.request_id);
    sign.set_task_id(call.task);
    sign.set_person_id(call.person);
    switch (call.kind) {
      case 0:
      case 1:
      case 2:
      case 3: {
        v1::ClaimTaskRequest request;
        request.set_request_id(call.request_id);
        request.set_task_id(call.task);
        request.set_no_waitlist(call.number == 0);
        Note(call, co_await a.ClaimTask(As(call.person), std::move(request)));
        break;
      }
      case 4: {
        v1::OfferTaskRequest request;
        request.set_request_id(call.request_id);
        request.set_task_id(call.task);
        request.set_person_id(call.person);
        request.set_ttl_seconds(60 + 300 * call.number);
        Note(call, co_await a.OfferTask(AsCoordinator(), std::move(request)));
        break;
      }
      case 5:
      case 6:
        Note(call, co_await a.AcceptOffer(std::move(caller), std::move(person)));
        break;
      case 7:
        Note(call, co_await a.DeclineOffer(std::move(caller), std::move(person)));
        break;
      case 8: {
        v1::AssignTaskRequest request;
        request.set_request_id(call.request_id);
        request.set_task_id(call.task);
        request.set_person_id(call.person);
        Note(call, co_await a.AssignTask(AsCoordinator(), std::move(request)));
        break;
      }
      case 9:
        Note(call, co_await a.WithdrawAssignment(std::move(caller), std::move(person)));
        break;
      case 10:
      case 11:
        Note(call, co_await a.SignIn(AsCoordinator(), std::move(sign)));
        break;
      case 12:
        Note(call, co_await a.SignOut(AsCoordinator(), std::move(sign)));
        break;
      case 13:
        co_await Finish(t, std::move(call));
        break;
      case 19:
      case 20:
      case 21:
      case 22:
        co_await SpeakForUnit(replica.claims, std::move(call));
        break;
      case 23:
      case 24:
      case 25:
        co_await WorkOnSite(replica.app, std::move(call));
        break;
      case 26:
      case 27:
        co_await SendLater(replica.app, std::move(call));
        break;
      default:
        co_await ChangeMind(replica.changes, std::move(call));
    }
  }

  template <class Request>
  static Request About(const Call& call) {
    Request request;
    request.set_request_id(call.request_id);
    request.set_task_id(call.task);
    return request;
  }
  Task<void> ChangeMind(ChangeHandlers& c, Call call) {
    switch (call.kind) {
      case 14: {
        auto request = About<v1::RequestWithdrawalRequest>(call);
        request.set_reason("发烧");
        Note(call, co_await c.RequestWithdrawal(As(call.person), std::move(request)));
        break;
      }
      case 15: {
        auto request = About<v1::CancelWithdrawalRequest>(call);
        Note(call, co_await c.CancelWithdrawal(As(call.person), std::move(request)));
        break;
      }
      case 16: {
        auto request = About<v1::AnswerWithdrawalRequest>(call);
        request.set_person_id(call.person);
        request.set_verdict(call.by_coordinator ? v1::WITHDRAWAL_VERDICT_APPROVE
                                                : v1::WITHDRAWAL_VERDICT_REFUSE);
        request.set_reason("说明");
        Note(call, co_await c.AnswerWithdrawal(AsCoordinator(), std::move(request)));
        break;
      }
      case 17: {
        auto request = About<v1::ProposeSwapRequest>(call);
        request.set_successor_id(call.other);
        Note(call, co_await c.ProposeSwap(As(call.person), std::move(request)));
        break;
      }
      default: {
        auto request = About<v1::CancelSwapRequest>(call);
        Note(call, co_await c.CancelSwap(As(call.person), std::move(request)));
      }
    }
  }

  Task<void> WorkOnSite(App& app, Call call) {
    rpc::CallContext caller = call.by_coordinator ? AsCoordinator() : As(call.person);
    if (call.kind == 23 && call.number > 0) {
      auto request = About<v1::NameLeaderRequest>(call);
      request.set_person_id(call.person);
      Note(call, co_await NameLeader(app, AsCoordinator(), std::move(request)));
    } else if (call.kind == 23) {
      auto request = About<v1::RemoveLeaderRequest>(call);
      Note(call, co_await RemoveLeader(app, std::move(caller), std::move(request)));
    } else if (call.kind == 24) {
      auto request = About<v1::SignPeopleRequest>(call);
      request.set_action(call.number > 1 ? v1::SIGN_ACTION_SIGN_IN : v1::SIGN_ACTION_SIGN_OUT);
      request.add_person_ids(call.other);
      Note(call, co_await SignPeople(app, std::move(caller), std::move(request)));
    } else {
      auto request = About<v1::CheckInRequest>(call);
      request.set_person_id(call.other);
      Note(call, co_await CheckIn(app, std::move(caller), std::move(request)));
    }
  }

  static v1::OfflineSign NotedAt(const Call& call, Time time) {
    v1::OfflineSign sign;
    sign.set_code(SignCode(call.code_key, time));
    *sign.mutable_phone_time() = ToTimestamp(time);
    return sign;
  }
  // The notes of a phone that had no network for a while: in, out or both.
  Task<void> SendLater(App& app, Call call) {
    co_await world_.clock.SleepFor(minutes(25 * call.number));
    auto request = About<v1::SendOfflineSignsRequest>(call);
    if (call.number != 2) *request.mutable_sign_in() = NotedAt(call, call.time);
    if (call.number >= 2) *request.mutable_sign_out() = NotedAt(call, call.time + minutes(20));
    *request.mutable_sent_time() = ToTimestamp(world_.clock.Now());
    Note(call, co_await SendOfflineSigns(app, As(call.person), std::move(request)));
  }

  Task<void> SpeakForUnit(UnitClaimHandlers& u, Call call) {
    const std::string unit = world_.source.people.at(call.person).unit_id();
    if (call.kind == 19) {
      auto request = About<v1::ClaimUnitSlotsRequest>(call);
      request.set_unit_id(unit);
      request.set_slots(1 + call.number % 2);
      Note(call, co_await u.ClaimUnitSlots(As(call.person), std::move(request)));
    } else if (call.kind == 22) {
      auto request = About<v1::WithdrawUnitClaimRequest>(call);
      request.set_unit_id(unit);
      request.set_slots(call.number % 3);
      request.set_reason("另有安排");
      rpc::CallContext caller = call.by_coordinator ? AsCoordinator() : As(call.person);
      Note(call, co_await u.WithdrawUnitClaim(std::move(caller), std::move(request)));
    } else {
      auto request = About<v1::NameUnitMemberRequest>(call);
      request.set_unit_id(unit);
      request.set_person_id(call.other);
      Note(call, co_await u.NameUnitMember(As(call.person), std::move(request)));
    }
  }

  void Tell() {
    v1::ConfirmServiceRequest request;
    request.set_request_id("confirm-" + std::to_string(confirmed_++));
    request.set_task_id(AnyTask());
    request.set_reason("补录");
    const common::v1::TimeWindow window = world_.TaskOf(request.task_id()).task().window();
    for (int i = world_.Below(2); i >= 0; --i) {
      v1::ConfirmedService& service = *request.add_services();
      service.set_person_id(AnyPerson());
      *service.mutable_served() = window;
      if (world_.Chance(50)) {
        service.mutable_served()->mutable_start()->set_seconds(window.start().seconds() + 1800);
      }
    }
    for (int i = world_.Below(3); i >= 0; --i) world_.Spawn(Confirm(AnyReplica(), request));
  }
  Task<void> Confirm(Replica& replica, v1::ConfirmServiceRequest request) {
    Call call;
    call.request_id = request.request_id();
    Note(call, co_await replica.assignments.ConfirmService(AsCoordinator(), std::move(request)));
  }

  Task<void> Finish(TaskHandlers& t, Call call) {
    if (call.number == 0 && call.by_coordinator) {
      v1::CancelTaskRequest request;
      request.set_request_id(call.request_id);
      request.set_task_id(call.task);
      request.set_reason("暴雨");
      Note(call, co_await t.CancelTask(AsCoordinator(), std::move(request)));
    } else if (call.number < 4) {
      v1::EvaluateTaskRequest request;
      request.set_request_id(call.request_id);
      request.set_task_id(call.task);
      request.set_rating(1 + call.number);
      Note(call, co_await t.EvaluateTask(AsCoordinator(), std::move(request)));
    } else {
      v1::CloseTaskRequest request;
      request.set_request_id(call.request_id);
      request.set_task_id(call.task);
      Note(call, co_await t.CloseTask(AsCoordinator(), std::move(request)));
    }
  }

  World world_;
  Registration registration_{world_};
  std::vector<std::string> tasks_;
  std::vector<Call> sent_;
  int confirmed_ = 0;
  std::map<std::string, std::string> answers_;
  std::string broken_;
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kSeeds = 100;
#else
constexpr uint64_t kSeeds = 400;
#endif

uint64_t EnvOr(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(SimulationTest, PromisesHoldForEverySeed) {
  const uint64_t only = EnvOr("BAODAO_SEED", 0);
  const uint64_t last = only != 0 ? only : EnvOr("BAODAO_SEEDS", kSeeds);
  for (uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
    Simulation simulation(seed);
    const std::string wrong = simulation.Run();
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace baodao::dispatch
