// A call as a patient phone makes it: the same request again when the network or a limit says so.
#pragma once

#include <absl/status/statusor.h>

#include <stdexcept>
#include <string>

#include "common/clock/clock.h"
#include "common/rpc/client.h"
#include "common/status/status.h"

namespace baodao::demo {

// Sends up to 40 times on UNAVAILABLE, CONFLICT_RETRY and RATE_LIMITED, with the same request_id,
// waiting as told. Any other answer is returned at once.
template <class Service, class Req, class Resp>
Task<absl::StatusOr<Resp>> Try(rpc::Client<Service>& client,
                               rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                               std::string token, Req request) {
  absl::StatusOr<Resp> answer = absl::UnknownError("not sent");
  for (int attempt = 0; attempt < 40; ++attempt) {
    rpc::CallOptions options = rpc::CallOptions::As(token);
    answer = co_await client.Call(method, options, request);
    if (answer.ok()) break;
    const bool again = answer.status().code() == absl::StatusCode::kUnavailable ||
                       Is(answer.status(), Reason::CONFLICT_RETRY) ||
                       Is(answer.status(), Reason::RATE_LIMITED);
    if (!again) break;
    co_await SystemClock().SleepFor(
        RetryAfterOf(answer.status()).value_or(Millis(50 + 20 * attempt)));
  }
  co_return answer;
}

// The same where nothing but success is expected; throws std::runtime_error naming the refusal.
template <class Service, class Req, class Resp>
Task<Resp> Must(rpc::Client<Service>& client,
                rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                std::string token, Req request) {
  absl::StatusOr<Resp> answer = co_await Try(client, method, token, request);
  if (!answer.ok()) {
    throw std::runtime_error(Req::descriptor()->name() + ": " + answer.status().ToString() + " " +
                             Localise(answer.status(), Locale::kEn));
  }
  co_return *std::move(answer);
}

// Whether it was done: a refusal is an answer, too. Throws std::runtime_error for anything else.
template <class Resp>
bool Done(const absl::StatusOr<Resp>& answer) {
  if (!answer.ok() && !IsRefusal(answer.status())) {
    throw std::runtime_error(Resp::descriptor()->name() + ": " + answer.status().ToString());
  }
  return answer.ok();
}

}  // namespace baodao::demo
