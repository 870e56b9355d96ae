// One run of baodaoctl: where the backend is, who calls, and how answers are shown.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <CLI/App.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

#include "common/client/backend.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "ops/ctl/output.h"

namespace baodao::ctl {

// The options of all commands.
struct Globals {
  std::string host = "127.0.0.1";
  int port_base = 7100;
  std::string token;
  std::string keys_dir;
  rpc::TlsFiles tls;     // without a CA: plaintext
  std::string language;  // "zh" or "en"; empty: the environment's
  int timeout_s = 15;
  bool json = false;
};

class Session {
 public:
  // `token` is the bearer token of every call; empty: none.
  Session(asio::io_context& loop, const Globals& globals, std::string token, std::ostream& out);

  client::Backend backend;
  Output out;

  // One call with token, language and deadline.
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> Call(rpc::Client<Service>& client,
                                  rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                  Req request) {
    rpc::CallOptions options = Options();
    co_return co_await client.Call(method, std::move(options), std::move(request));
  }
  // A stream, with the deadline for all of it.
  template <class Service, class Req, class Resp>
  rpc::StreamReader<Resp> Stream(rpc::Client<Service>& client,
                                 rpc::detail::StreamMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                 Req request) {
    return client.Stream(method, Options(), std::move(request));
  }
  // One of config::kServices; aborts for another.
  rpc::Channel& ChannelTo(std::string_view service);
  const Globals& globals() const { return globals_; }
  asio::io_context& loop() { return loop_; }

 private:
  rpc::CallOptions Options() const;

  asio::io_context& loop_;
  const Globals& globals_;
  std::string token_;
};

// The outcome of a command line: filled by the subcommand that was chosen.
using Command = std::function<Task<absl::Status>(Session&)>;

struct Plan {
  Globals globals;
  Command command;
};

// A request_id of its own for every mutation.
std::string NewRequestId();

// Each adds its commands; chosen ones set plan.command. Options live as long as the app.
void AddHealth(CLI::App& app, Plan& plan);
void AddAreas(CLI::App& app, Plan& plan);
void AddToken(CLI::App& app, Plan& plan);
void AddReview(CLI::App& app, Plan& plan);
void AddTasks(CLI::App& app, Plan& plan);
void AddNeeds(CLI::App& app, Plan& plan);
void AddMatch(CLI::App& app, Plan& plan);
void AddInspect(CLI::App& app, Plan& plan);
void AddDeadLetters(CLI::App& app, Plan& plan);
void AddStats(CLI::App& app, Plan& plan);
void AddRecords(CLI::App& app, Plan& plan);
void AddReports(CLI::App& app, Plan& plan);
void AddVerify(CLI::App& app, Plan& plan);
void AddVocabulary(CLI::App& app, Plan& plan);

}  // namespace baodao::ctl
