#include "common/redis/script.h"

#include <utility>

#include "common/redis/errors.h"

namespace baodao::redis {
namespace {

Command CommandOf(std::string_view how, std::string_view script, const Script::Call& call) {
  Command command(call.keys.front());
  command.Add(how).Add(script).Add(call.keys.size());
  command.AddAll(call.keys).AddAll(call.arguments);
  return command;
}

}  // namespace

Task<Script::Replies> Script::RunEach(Client& client, std::vector<Call> calls) {
  if (digest_.empty()) {
    Command load = Command::Any("SCRIPT", "LOAD", text_);
    const absl::StatusOr<Reply> loaded = co_await client.Call(std::move(load));
    if (!loaded.ok()) co_return Replies(calls.size(), absl::StatusOr<Reply>(loaded.status()));
    digest_ = loaded->text;
  }
  std::vector<Command> by_digest;
  by_digest.reserve(calls.size());
  for (const Call& call : calls) by_digest.push_back(CommandOf("EVALSHA", digest_, call));
  Replies replies = co_await client.CallEach(std::move(by_digest));
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

Task<absl::StatusOr<Reply>> Script::Run(Client& client, Call call) {
  std::vector<Call> calls;
  calls.push_back(std::move(call));
  Replies replies = co_await RunEach(client, std::move(calls));
  co_return std::move(replies.front());
}

}  // namespace baodao::redis
