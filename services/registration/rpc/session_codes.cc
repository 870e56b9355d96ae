// Sending login codes. A challenge is kept, then its code is sent, then the code is counted: what
// was not sent counts against nobody. The limits of a day also bound the challenges of a phone that
// are live.
#include <absl/cleanup/cleanup.h>

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {
namespace {

constexpr int kCodeDigits = 6;
constexpr Millis kHour{3'600'000};
constexpr Millis kDay = 24 * kHour;
// The RetryInfo of a request that meets another one for its phone: a code is sent within about a
// second.
constexpr Millis kBusyPause{1'000};

// Whether a call came from this very machine. One that the TLS edge passed on has the address of
// its client instead.
bool IsThisMachine(std::string_view address) {
  return address.empty() || address.starts_with("127.") || address == "::1" ||
         address.starts_with("unix:");
}

}  // namespace

Task<absl::Status> SessionHandlers::CountAddress(rpc::CallContext context) {
  if (IsThisMachine(context.address())) co_return absl::OkStatus();
  std::string key = app_.keys.AddressHour(app_.vault.AddressHash(context.address()));
  CO_ASSIGN_OR_RETURN(const store::Counted calls,
                      co_await app_.store().Increment(std::move(key), kHour));
  if (calls.value <= app_.limits.address_per_hour) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, calls.left);
}

Task<absl::StatusOr<std::string>> SessionHandlers::KnownDevice(std::string device_token,
                                                               std::string phone_hash) {
  std::string device = app_.vault.DeviceOf(device_token, phone_hash, app_.clock.Now());
  if (device.empty()) co_return device;
  CO_ASSIGN_OR_RETURN(const store::Counted ended,
                      co_await app_.store().ReadCounter(app_.keys.DeviceEnded(device)));
  if (ended.value > 0) device.clear();
  co_return device;
}

// A device that is known has limits of its own, which nobody else can use up. The address of
// others is checked first, and gets half of a phone's codes a day at most.
std::vector<SessionHandlers::CodeLimit> SessionHandlers::LimitsOf(const rpc::CallContext& context,
                                                                  const std::string& phone_hash,
                                                                  const std::string& lane) const {
  const LoginLimits& limits = app_.limits;
  const RegistrationKeys& keys = app_.keys;
  if (!lane.empty()) {
    return {{keys.SentMinute(phone_hash, lane), 1, limits.code_interval},
            {keys.SentDay(phone_hash, lane), limits.codes_per_day, kDay}};
  }
  const std::string address = app_.vault.AddressHash(context.address());
  std::vector<CodeLimit> all;
  if (!IsThisMachine(context.address())) {
    all.push_back({keys.AddressHour(address), limits.address_per_hour, kHour});
    all.push_back({keys.SentDay(phone_hash, address), std::max(1, limits.codes_per_day / 2), kDay});
  }
  all.push_back({keys.SentMinute(phone_hash, address), 1, limits.code_interval});
  all.push_back({keys.SentDay(phone_hash, RegistrationKeys::kAnybody), limits.codes_per_day, kDay});
  return all;
}

Task<absl::Status> SessionHandlers::CheckCode(std::vector<CodeLimit> limits) {
  for (const CodeLimit& limit : limits) {
    CO_ASSIGN_OR_RETURN(const store::Counted sent, co_await app_.store().ReadCounter(limit.key));
    if (sent.value >= limit.most) co_return RefuseFor(Reason::RATE_LIMITED, sent.left);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> SessionHandlers::CountCode(std::vector<CodeLimit> limits) {
  for (const CodeLimit& limit : limits) {
    CO_RETURN_IF_ERROR((co_await app_.store().Increment(limit.key, limit.window)).status());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> SessionHandlers::KeepCode(const v1::LoginCodeRecord& record) {
  record::Transaction transaction = app_.records.Begin(app_.keys.PhoneShard(record.phone_hash()),
                                                       record::Origin{"", "", app_.clock.Now()});
  transaction.Put(kLoginCode, {}, record);
  co_return (co_await app_.records.Commit(std::move(transaction))).status();
}

Task<void> SessionHandlers::DropCode(const v1::LoginCodeRecord& record) {
  record::Transaction transaction = app_.records.Begin(app_.keys.PhoneShard(record.phone_hash()),
                                                       record::Origin{"", "", app_.clock.Now()});
  transaction.Delete(kLoginCode, {record, 1});
  const absl::Status dropped = (co_await app_.records.Commit(std::move(transaction))).status();
  if (!dropped.ok()) log::Warn("login.code_left_to_its_timer", {{"status", dropped}});
}

Task<absl::StatusOr<v1::RequestLoginCodeResponse>> SessionHandlers::SendCode(
    rpc::CallContext context, std::string phone, v1::LoginCodeRecord record,
    std::vector<CodeLimit> limits) {
  CO_RETURN_IF_ERROR(co_await CheckCode(limits));
  const std::string& phone_hash = record.phone_hash();
  record.set_challenge_id(record::Repository::NewId(kLoginCode, app_.keys.PhoneShard(phone_hash)));
  const std::string code = crypto::RandomCode(kCodeDigits);
  const Time expires = app_.clock.Now() + kCodeLife;
  record.set_code_hash(app_.vault.CodeHash(phone_hash, code));
  *record.mutable_expire_time() = ToTimestamp(expires);
  CO_RETURN_IF_ERROR(co_await KeepCode(record));
  const absl::Status sent = co_await app_.sender.Send(record.challenge_id(), phone, code, expires);
  if (!sent.ok()) {
    log::Error("login.code_not_sent", {{"status", sent}}, context.trace_id());
    co_await DropCode(record);
    // Otherwise a slow gateway would let anybody send a phone as many as they like.
    if (absl::IsDeadlineExceeded(sent)) CO_RETURN_IF_ERROR(co_await CountCode(std::move(limits)));
    co_return Refuse(Reason::SENDER_FAILED);
  }
  app_.metrics.CodeSent();
  // The phone has a code that works: to refuse the call now would only cost it another one.
  const absl::Status counted = co_await CountCode(std::move(limits));
  if (!counted.ok()) log::Error("login.code_not_counted", {{"status", counted}});
  v1::RequestLoginCodeResponse response;
  *response.mutable_expire_time() = ToTimestamp(expires);
  response.set_challenge_id(record.challenge_id());
  co_return response;
}

Task<absl::StatusOr<v1::RequestLoginCodeResponse>> SessionHandlers::RequestLoginCode(
    rpc::CallContext context, v1::RequestLoginCodeRequest request) {
  const std::string phone_hash = app_.vault.PhoneHash(request.phone());
  CO_ASSIGN_OR_RETURN(std::string lane, co_await KnownDevice(request.device_token(), phone_hash));
  v1::LoginCodeRecord record;
  record.set_phone_hash(phone_hash);
  record.set_device_id(lane);
  if (!lane.empty()) {
    // One that has used up its own codes of a day has those left that anybody has.
    CO_ASSIGN_OR_RETURN(const store::Counted sent,
                        co_await app_.store().ReadCounter(app_.keys.SentDay(phone_hash, lane)));
    if (sent.value >= app_.limits.codes_per_day) lane.clear();
  }
  std::vector<CodeLimit> limits = LimitsOf(context, phone_hash, lane);
  // A caller over a limit does not make the others wait.
  CO_RETURN_IF_ERROR(co_await CheckCode(limits));
  // Between the check and the count of one request no other of its lane comes in; known devices do
  // not wait for strangers, nor for each other.
  const auto [sending, first] = sending_.emplace(phone_hash, lane);
  if (!first) co_return RefuseFor(Reason::RATE_LIMITED, kBusyPause);
  const absl::Cleanup sent = [this, at = sending] { sending_.erase(at); };
  co_return co_await SendCode(context, request.phone(), std::move(record), std::move(limits));
}

}  // namespace baodao::registration
