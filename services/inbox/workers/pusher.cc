#include "services/inbox/workers/pusher.h"

#include <google/protobuf/util/json_util.h>

#include <asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "services/inbox/domain/channels.h"
#include "services/inbox/domain/push.h"

namespace baodao::inbox {
namespace {

// A push that is due finds all places taken: it looks again after this.
constexpr Millis kNoPlacePause{1'000};

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
  if (answer.empty()) return;
  v1::PushAnswer parsed;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(answer, &parsed, options);
  if (!status.ok()) {
    log::Warn("push.answer_unreadable", {{"status", status.ToString()}});
    return;
  }
  for (const std::string& device : parsed.gone_device_ids()) DropDevice(channels, device);
}

}  // namespace

Task<absl::Status> Pusher::OnTimer(timers::Timer timer) {
  const std::optional<Owner> owner = inbox_.PersonOwner(timer.id);
  if (!owner) co_return absl::InvalidArgumentError("pushes of nobody: " + timer.member);
  Turn turn;
  std::function<Task<absl::StatusOr<store::Commit>>()> decide = [&] {
    return Plan(*owner, timer.member, &turn);
  };
  CO_RETURN_IF_ERROR(co_await store::Update(inbox_.store(), std::move(decide)));
  metrics_.given_up->Increment(turn.given_up);
  if (!turn.push) co_return absl::OkStatus();
  ++under_way_;
  asio::co_spawn(loop_, Send(*owner, std::move(turn)), [this](std::exception_ptr thrown) {
    if (thrown) log::Error("push.threw");
    --under_way_;
    idle_.Notify();
  });
  co_return absl::OkStatus();
}

Task<absl::StatusOr<store::Commit>> Pusher::Plan(Owner owner, std::string timer, Turn* turn) {
  const Time now = clock_.Now();
  store::Commit commit(owner.shard);
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await inbox_.LoadHead(owner, store::Read::kFresh));
  CO_ASSIGN_OR_RETURN(LoadedChannels channels, co_await channels_.Load(owner));
  v1::ChannelsRecord& record = channels.record;
  *turn = {};
  if (!HasDevices(&record, now) || !send_) {
    record.clear_pushes();
    head.record.set_pushes(false);  // until a device is registered
    channels_.Put(&commit, owner, channels);
    inbox_.PutHead(&commit, owner, head);
    commit.ClearTimer(std::move(timer));
    co_return commit;
  }
  CO_ASSIGN_OR_RETURN(const auto fresh, co_await inbox_.Since(owner, record.seen()));
  for (const v1::NotificationRecord& notification : fresh) {
    turn->given_up += PlanPush(&record, notification, now);
  }
  std::optional<Time> wake = NextPush(record);
  const v1::PushRecord* const due = DuePush(record, now);
  const Time claimed(Millis(record.sending_until_ms()));
  if (now < claimed) {
    wake = claimed;
  } else if (due != nullptr && under_way_ >= kPushesAtOnce) {
    wake = now + kNoPlacePause;
  } else if (due != nullptr) {
    wake = now + kClaimLife;
    record.set_sending_until_ms(wake->time_since_epoch().count());
    turn->push = *due;
    turn->channels = record;
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

Task<void> Pusher::Send(Owner owner, Turn turn) {
  const AreaNames names = [this](const std::string& code) {
    const areas::Area* const area = areas_.tree()->Find(code);
    return area == nullptr ? code : area->name();
  };
  const std::vector<Target> targets = TargetsOf(owner, turn.channels);
  const v1::Push message = MessageOf(owner.id, *turn.push, targets, names);
  webhook::Outcome outcome;
  outcome.kind = webhook::Outcome::Kind::kRefused;
  outcome.why = "no device whose token can be read";
  if (!targets.empty()) {
    std::string json;
    const auto written = google::protobuf::util::MessageToJsonString(message, &json);
    const Time begun = clock_.Now();
    if (written.ok()) outcome = co_await send_(message.push_id(), std::move(json));
    metrics_.seconds->Observe(std::chrono::duration<double>(clock_.Now() - begun).count());
  }
  if (outcome.kind != webhook::Outcome::Kind::kAccepted) {
    log::Warn("push.failed", {{"push", message.push_id()}, {"why", outcome.why}});
  }
  const absl::Status settled = co_await Settle(owner, std::move(turn), std::move(outcome));
  // The claim runs out, and it is sent again.
  if (!settled.ok()) log::Warn("push.not_settled", {{"status", settled}});
}

Task<absl::Status> Pusher::Settle(Owner owner, Turn turn, webhook::Outcome outcome) {
  const uint64_t number = turn.push->number();
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
    // Another process may have claimed it since.
    if (record.sending_until_ms() == turn.channels.sending_until_ms()) {
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
