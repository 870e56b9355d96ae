// A Lua script that goes over the wire in full only to servers that do not know it.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/redis/client.h"

namespace baodao::redis {

// Called by its digest, which is the same on every server; a server that has been started or has
// taken over since answers that it does not know it, and gets it in full once. Loop thread only.
class Script {
 public:
  using Replies = std::vector<absl::StatusOr<Reply>>;
  struct Call {
    std::vector<std::string> keys;  // of one shard, at least one
    std::vector<std::string> arguments;
  };

  // `text` outlives it.
  explicit Script(std::string_view text) : text_(text) {}

  // In one go, without atomicity. Answers stand in the order of the calls; errors as
  // Client::CallEach.
  Task<Replies> RunEach(Client& client, std::vector<Call> calls) {
    if (digest_.empty()) {
      Command load = Command::Any("SCRIPT", "LOAD", text_);
      const absl::StatusOr<Reply> loaded = co_await client.Call(std::move(load));
      if (!loaded.ok()) co_return Replies(calls.size(), absl::StatusOr<Reply>(loaded.status()));
      digest_ = loaded->text;
    }
    std::vector<Command> short_ones;
    for (const Call& call : calls) short_ones.push_back(CommandOf("EVALSHA", digest_, call));
    Replies replies = co_await client.CallEach(std::move(short_ones));
    std::vector<size_t> unknown;
    std::vector<Command> in_full;
    for (size_t i = 0; i < calls.size(); ++i) {
      if (replies[i].ok() || !HasErrorWord(replies[i].status(), "NOSCRIPT")) continue;
      unknown.push_back(i);
      in_full.push_back(CommandOf("EVAL", text_, calls[i]));
    }
    if (unknown.empty()) co_return replies;
    Replies again = co_await client.CallEach(std::move(in_full));
    for (size_t i = 0; i < unknown.size(); ++i) replies[unknown[i]] = std::move(again[i]);
    co_return replies;
  }
  Task<absl::StatusOr<Reply>> Run(Client& client, Call call) {
    std::vector<Call> calls;
    calls.push_back(std::move(call));
    Replies replies = co_await RunEach(client, std::move(calls));
    co_return std::move(replies.front());
  }

 private:
  static Command CommandOf(std::string_view how, std::string_view script, const Call& call) {
    Command command(call.keys.front());
    command.Add(how).Add(script).Add(call.keys.size());
    command.AddAll(call.keys).AddAll(call.arguments);
    return command;
  }

  std::string_view text_;
  std::string digest_;  // empty: not asked for yet
};

}  // namespace baodao::redis
