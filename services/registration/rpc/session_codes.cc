// Sending login codes.
#include <utility>

#include "common/clock/timestamp.h"
#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {
namespace {

constexpr int kCodeDigits = 6;
constexpr Millis kHour{3'600'000};
constexpr Millis kDay = 24 * kHour;

// Whether a call came from this very machine. One that the TLS edge passed on has the address of
// its client instead.
bool IsThisMachine(std::string_view address) {
  return address.empty() || address.starts_with("127.") || address == "::1" ||
         address.starts_with("unix:");
}

}  // namespace

Task<absl::Status> SessionHandlers::CountAddress(rpc::CallContext context) {
  if (IsThisMachine(context.address())) co_return absl::OkStatus();
  std::string key = env_.keys.AddressHour(env_.vault.AddressHash(context.address()));
  CO_ASSIGN_OR_RETURN(const store::Counted calls,
                      co_await env_.store.Increment(std::move(key), kHour));
  if (calls.value <= env_.limits.address_per_hour) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, calls.left);
}

Task<absl::Status> SessionHandlers::CountCode(std::string phone_hash) {
  CO_ASSIGN_OR_RETURN(
      const store::Counted recent,
      co_await env_.store.Increment(env_.keys.SentMinute(phone_hash), env_.limits.code_interval));
  if (recent.value > 1) co_return RefuseFor(Reason::RATE_LIMITED, recent.left);
  // The day is counted when a code has left; the minute lets one at a time through here.
  CO_ASSIGN_OR_RETURN(const store::Counted today,
                      co_await env_.store.ReadCounter(env_.keys.SentDay(phone_hash)));
  if (today.value < env_.limits.codes_per_day) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, today.left);
}

Task<absl::Status> SessionHandlers::KeepCode(std::string phone_hash, std::string code,
                                             Time expires) {
  v1::LoginCodeRecord record;
  record.set_code_hash(env_.vault.CodeHash(phone_hash, code));
  *record.mutable_expire_time() = ToTimestamp(expires);
  const std::string key = env_.keys.LoginCode(phone_hash);
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    CO_ASSIGN_OR_RETURN(const store::Stored before, co_await env_.store.Get(key));
    store::Commit commit(env_.keys.PhoneShard(phone_hash));
    commit.Put(key, before.version, record.SerializeAsString());
    commit.SetTimer(timers::Member(kCodeTimer, phone_hash), expires);
    co_return commit;
  };
  co_return co_await CommitUntilSettled(env_.store, env_.clock, std::move(decide));
}

Task<absl::StatusOr<v1::RequestLoginCodeResponse>> SessionHandlers::RequestLoginCode(
    rpc::CallContext context, v1::RequestLoginCodeRequest request) {
  const std::string phone_hash = env_.vault.PhoneHash(request.phone());
  CO_RETURN_IF_ERROR(co_await CountAddress(context));
  CO_RETURN_IF_ERROR(co_await CountCode(phone_hash));
  const std::string code = crypto::RandomCode(kCodeDigits);
  const Time expires = env_.clock.Now() + kCodeLife;
  const absl::Status sent = co_await env_.sender.Send(request.phone(), code, expires);
  if (!sent.ok()) {
    log::Error("login.code_not_sent", {{"status", sent}}, context.trace_id());
    // What never left must not make the next try wait.
    store::Commit forget(env_.keys.PhoneShard(phone_hash));
    forget.RemoveValue(env_.keys.SentMinute(phone_hash));
    CO_RETURN_IF_ERROR((co_await env_.store.Apply(std::move(forget))).status());
    co_return Refuse(Reason::SENDER_FAILED);
  }
  // Only now: a code sent earlier holds until another one has left.
  CO_RETURN_IF_ERROR(co_await KeepCode(phone_hash, code, expires));
  CO_RETURN_IF_ERROR((co_await env_.store.Increment(env_.keys.SentDay(phone_hash), kDay)).status());
  env_.metrics.CodeSent();
  v1::RequestLoginCodeResponse response;
  *response.mutable_expire_time() = ToTimestamp(expires);
  co_return response;
}

}  // namespace baodao::registration
