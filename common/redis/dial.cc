#include "common/redis/dial.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "common/redis/errors.h"

namespace baodao::redis {
namespace {

using asio::ip::tcp;

Command Hello(const Config& config) {
  Command hello;
  hello.Add("HELLO").Add(2);
  if (!config.password.empty()) {
    hello.Add("AUTH").Add(config.username.empty() ? "default" : config.username);
    hello.Add(config.password);
  }
  if (!config.name.empty()) hello.Add("SETNAME").Add(config.name);
  return hello;
}

// HELLO answers a flat list of names and values.
ServerInfo InfoOf(const Reply& hello) {
  ServerInfo info;
  for (size_t i = 0; i + 1 < hello.items.size(); i += 2) {
    const std::string& name = hello.items[i].text;
    const std::string& value = hello.items[i + 1].text;
    if (name == "version") info.version = value;
    if (name == "mode") info.cluster = value == "cluster";
    if (name == "role") info.primary = value == "master";
  }
  return info;
}

// A handshake changes nothing: its outcome is no question.
absl::Status HandshakeError(const absl::Status& status) {
  return IsOutcomeUnknown(status) ? absl::UnavailableError(status.message()) : status;
}

// Redis before version 6 has no HELLO at all.
absl::Status HelloError(const absl::Status& status) {
  if (status.message().find("unknown command") == absl::string_view::npos) {
    return HandshakeError(status);
  }
  return CheckVersion("5 or older");
}

}  // namespace

absl::Status CheckVersion(std::string_view version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major >= kMinMajorVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("Redis 7 or newer is needed, found ", std::string(version)));
}

Task<void> Exchange(std::shared_ptr<PendingCalls> waits, std::shared_ptr<Link> link,
                    const Command* commands, Answer* answers, uint32_t count, Instant deadline) {
  WaitRef wait = waits->Begin(answers, count, deadline);
  for (uint32_t i = 0; i < count; ++i) link->Send(commands[i].wire(), wait, &answers[i]);
  co_await waits->Await(std::move(wait));
}

// getaddrinfo cannot be interrupted: it ends into this, whether anybody still waits or not.
struct Dial::Lookup {
  explicit Lookup(asio::io_context& loop) : resolver(loop), done(loop) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  asio::error_code error = asio::error::timed_out;
  std::vector<std::string> addresses;
};

Dial::Dial(asio::io_context& loop, std::shared_ptr<PendingCalls> waits, const Config& config,
           Endpoint endpoint, Millis stall_limit)
    : loop_(loop),
      waits_(std::move(waits)),
      config_(config),
      endpoint_(std::move(endpoint)),
      stall_limit_(stall_limit) {}

void Dial::Abort() {
  aborted_ = true;
  if (lookup_) lookup_->done.cancel();
  if (link_) link_->Close("given up");
}

Task<absl::Status> Dial::Run(Instant deadline) {
  absl::Status status = co_await Open(deadline);
  if (status.ok()) status = co_await Greet(deadline);
  if (status.ok() && aborted_) status = absl::CancelledError("redis: given up");
  if (!status.ok() && link_) link_->Close(std::string(status.message()));
  co_return status;
}

Task<absl::StatusOr<std::vector<std::string>>> Dial::Resolve(Instant deadline) {
  lookup_ = std::make_shared<Lookup>(loop_);
  lookup_->done.expires_at(deadline);
  lookup_->resolver.async_resolve(
      endpoint_.host, "",
      [lookup = lookup_](asio::error_code error, tcp::resolver::results_type entries) {
        lookup->error = error;
        for (const auto& entry : entries) {
          lookup->addresses.push_back(entry.endpoint().address().to_string());
        }
        lookup->done.cancel();
      });
  asio::error_code ignored;
  co_await lookup_->done.async_wait(asio::redirect_error(kAwait, ignored));
  if (!lookup_->error) co_return std::move(lookup_->addresses);
  co_return absl::UnavailableError(
      absl::StrCat("cannot resolve ", endpoint_.host, ": ", lookup_->error.message()));
}

Task<absl::Status> Dial::Open(Instant deadline) {
  std::vector<std::string> addresses;
  asio::error_code error;
  const bool local = endpoint_.host.empty();
  if (local) {
    addresses.push_back(config_.unix_path);
  } else if (asio::ip::make_address(endpoint_.host, error); !error) {
    addresses.push_back(endpoint_.host);
  } else {
    absl::StatusOr<std::vector<std::string>> resolved = co_await Resolve(deadline);
    if (!resolved.ok()) co_return resolved.status();
    addresses = *std::move(resolved);
  }
  absl::Status status = absl::UnavailableError("no address");
  for (const std::string& address : addresses) {
    if (aborted_) break;
    link_ = std::make_shared<Link>(loop_, waits_, stall_limit_);
    status = co_await link_->Open(address, local ? 0 : endpoint_.port, deadline);
    if (status.ok()) break;
  }
  co_return status;
}

// PING is there because HELLO also answers while the data is still being loaded. A user without the
// right to PING is as good.
Task<absl::Status> Dial::Greet(Instant deadline) {
  std::vector<Command> commands;
  commands.push_back(Hello(config_));
  commands.push_back(Command::Any("PING"));
  if (config_.database != 0) commands.push_back(Command::Any("SELECT", config_.database));
  std::array<Answer, 3> answers;
  co_await Exchange(waits_, link_, commands.data(), answers.data(),
                    static_cast<uint32_t>(commands.size()), deadline);
  const std::string& cause = link_->cause();
  const absl::StatusOr<Reply> hello = std::move(answers[0]).Take(cause);
  if (!hello.ok()) co_return HelloError(hello.status());
  info_ = InfoOf(*hello);
  if (absl::Status version = CheckVersion(info_.version); !version.ok()) co_return version;
  const absl::StatusOr<Reply> ping = std::move(answers[1]).Take(cause);
  if (!ping.ok() && !HasErrorWord(ping.status(), "NOPERM")) {
    co_return HandshakeError(ping.status());
  }
  if (config_.database == 0) co_return absl::OkStatus();
  co_return HandshakeError(std::move(answers[2]).Take(cause).status());
}

}  // namespace baodao::redis
