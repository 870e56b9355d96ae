#include "services/inbox/workers/pusher.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "services/inbox/app/area_names.h"
#include "services/inbox/domain/channels.h"
#include "services/inbox/domain/push.h"

namespace baodao::inbox {
namespace {

// A timer that finds too many pushes under way comes back after this at the earliest.
constexpr Millis kShortestPause{1'000};

std::string PushTimerOf(const Owner& owner) { return timers::Member(kPushTimer, owner.id); }

void SetWake(store::Commit* commit, std::string timer, std::optional<Time> wake) {
  if (wake) {
    commit->SetTimer(std::move(timer), *wake);
  } else {
    commit->ClearTimer(std::move(timer));
  }
}

double Jitter() { return static_cast<double>(crypto::RandomBits() >> 11) * 0x1p-53; }

// The devices that the gateway says are gone.
void DropGone(const std::string& answer, v1::ChannelsRecord* channels) {
  // Many gateways answer "ok".
  if (!answer.starts_with('{')) return;
  v1::PushAnswer parsed;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(answer, &parsed, options);
  if (!status.ok()) {
    // Without the parser's message, which quotes: a gateway may repeat what was sent.
    log::Warn("push.answer_unreadable", {{"bytes", static_cast<int64_t>(answer.size())}});
    return;
  }
  for (const std::string& device : parsed.gone_device_ids()) DropDevice(channels, device);
}

}  // namespace

Task<absl::Status> Pusher::OnTimer(timers::Timer timer) {
  const std::optional<Owner> owner = inbox_.PersonOwner(timer.id);
  if (!owner) co_return absl::InvalidArgumentError("pushes of nobody: " + timer.member);
  if (stopping_) co_return absl::UnavailableError("stopping");  // it comes again
  if (under_way_ >= kPushesAtOnce) co_return co_await PutOff(*owner, timer.member);
  put_off_ = std::max(0, put_off_ - 1);
  ++under_way_;
  std::shared_ptr<void> place(nullptr, [this](void*) {
    --under_way_;
    idle_.Notify();
  });
  Plan plan;
  std::function<Task<absl::StatusOr<store::Commit>>()> decide = [&] {
    return Decide(*owner, timer.member, &plan);
  };
  CO_RETURN_IF_ERROR(co_await store::Update(inbox_.store(), std::move(decide)));
  metrics_.given_up->Increment(plan.given_up);
  if (!plan.push) co_return absl::OkStatus();
  asio::co_spawn(loop_, Send(*owner, std::move(plan), std::move(place)),
                 [](std::exception_ptr thrown) {
                   if (thrown) log::Error("push.threw");
                 });
  co_return absl::OkStatus();
}

// Each comes back when those before it have had a place, by the last try: thousands that wait for a
// gateway that hangs must not keep the store busy.
Task<absl::Status> Pusher::PutOff(Owner owner, std::string timer) {
  ++put_off_;
  const Millis ahead = last_try_ * (put_off_ / kPushesAtOnce + 1);
  store::Commit commit(owner.shard);
  commit.SetTimer(std::move(timer), clock_.Now() + std::max(ahead, kShortestPause));
  co_return (co_await inbox_.store().Apply(std::move(commit))).status();
}

Task<absl::StatusOr<store::Commit>> Pusher::Decide(Owner owner, std::string timer, Plan* plan) {
  const Time now = clock_.Now();
  store::Commit commit(owner.shard);
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await inbox_.LoadHead(owner, store::Read::kFresh));
  CO_ASSIGN_OR_RETURN(LoadedChannels channels, co_await channels_.Load(owner));
  v1::ChannelsRecord& record = channels.record;
  *plan = {};
  if (!HasDevices(&record, now) || !send_) {
    record.clear_pushes();
    head.record.set_pushes(false);  // until the channels are changed and have devices
    channels_.Put(&commit, owner, channels);
    inbox_.PutHead(&commit, owner, head);
    commit.ClearTimer(std::move(timer));
    co_return commit;
  }
  CO_ASSIGN_OR_RETURN(const auto fresh, co_await inbox_.Since(owner, head.record, record.seen()));
  for (const v1::NotificationRecord& notification : fresh) {
    plan->given_up += PlanPush(&record, notification, now);
  }
  ReviewPushes(&record, head.record.read(), now);
  std::optional<Time> wake = NextPush(record);
  const Time leased_until(Millis(record.sending_until_ms()));
  if (now < leased_until) {
    wake = leased_until;
  } else if (const v1::PushRecord* const due = DuePush(record, now)) {
    wake = now + kPushLease;
    record.set_sending(due->number());
    record.set_sending_until_ms(wake->time_since_epoch().count());
    plan->push = *due;
    plan->channels = record;
  }
  channels_.Put(&commit, owner, channels);
  // A notification that comes meanwhile sets the timer anew: this commit must not undo it.
  inbox_.ExpectHead(&commit, owner, head);
  SetWake(&commit, std::move(timer), wake);
  co_return commit;
}

std::vector<Target> Pusher::TargetsOf(const Owner& owner,
                                      const v1::ChannelsRecord& channels) const {
  std::vector<Target> targets;
  for (const v1::DeviceRecord& device : channels.devices()) {
    absl::StatusOr<std::string> token = channels_.TokenOf(owner, device);
    if (token.ok()) {
      targets.push_back({device.device(), *std::move(token)});
    } else {
      log::Warn("push.token_lost", {{"person", owner.id}, {"status", token.status()}});
    }
  }
  return targets;
}

Task<void> Pusher::Send(Owner owner, Plan plan, std::shared_ptr<void> place) {
  const Time begun = clock_.Now();
  webhook::Outcome outcome = co_await Try(owner, plan);
  last_try_ = clock_.Now() - begun;
  metrics_.seconds->Observe(std::chrono::duration<double>(last_try_).count());
  if (outcome.kind != webhook::Outcome::Kind::kAccepted) {
    log::Warn("push.failed", {{"person", owner.id}, {"why", outcome.why}});
  }
  const absl::Status settled = co_await Settle(owner, std::move(plan), std::move(outcome));
  // The lease runs out, and it is sent again.
  if (!settled.ok()) log::Warn("push.not_settled", {{"status", settled}});
  place.reset();
}

Task<webhook::Outcome> Pusher::Try(const Owner& owner, const Plan& plan) {
  webhook::Outcome refused;
  refused.kind = webhook::Outcome::Kind::kRefused;
  const std::vector<Target> targets = TargetsOf(owner, plan.channels);
  if (targets.empty()) {
    refused.why = "no device whose token can be read";
    co_return refused;
  }
  const v1::Push message = MessageOf(owner.id, *plan.push, targets, NamesIn(areas_));
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) {
    refused.why = "it cannot be written as JSON";
    co_return refused;
  }
  co_return co_await send_(message.push_id(), std::move(json));
}

Task<absl::Status> Pusher::Settle(Owner owner, Plan plan, webhook::Outcome outcome) {
  const uint64_t number = plan.push->number();
  const double jitter = Jitter();
  bool given_up = false;
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    const Time now = clock_.Now();
    store::Commit commit(owner.shard);
    CO_ASSIGN_OR_RETURN(const LoadedHead head,
                        co_await inbox_.LoadHead(owner, store::Read::kFresh));
    CO_ASSIGN_OR_RETURN(LoadedChannels channels, co_await channels_.Load(owner));
    v1::ChannelsRecord& record = channels.record;
    // Another process may have taken a lease since.
    if (record.sending_until_ms() == plan.channels.sending_until_ms()) {
      record.clear_sending();
      record.clear_sending_until_ms();
    }
    if (outcome.kind == webhook::Outcome::Kind::kAccepted) {
      Delivered(&record, number);
      DropGone(outcome.body, &record);
    } else {
      const bool refused = outcome.kind == webhook::Outcome::Kind::kRefused;
      given_up = Failed(&record, number, refused, outcome.retry_after, jitter, now);
    }
    channels_.Put(&commit, owner, channels);
    inbox_.ExpectHead(&commit, owner, head);
    // Not planned yet is what came since the timer fired.
    const bool news = head.record.added() > record.seen();
    SetWake(&commit, PushTimerOf(owner), news ? std::optional<Time>(now) : NextPush(record));
    co_return commit;
  };
  CO_RETURN_IF_ERROR(co_await store::Update(inbox_.store(), std::move(decide)));
  Count(outcome, given_up);
  co_return absl::OkStatus();
}

void Pusher::Count(const webhook::Outcome& outcome, bool given_up) {
  if (outcome.kind == webhook::Outcome::Kind::kAccepted) {
    metrics_.delivered->Increment();
  } else if (given_up) {
    metrics_.given_up->Increment();
  } else {
    metrics_.failed->Increment();
  }
}

Task<void> Pusher::Run() {
  co_await StopInsteadOfCancel([this] {
    stopping_ = true;
    idle_.Notify();
  });
  while (!stopping_ || under_way_ > 0) co_await idle_.Wait();
  co_await AllowCancel();
}

}  // namespace baodao::inbox
