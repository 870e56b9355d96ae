#include "common/events/detail/members.h"

#include <algorithm>
#include <utility>

#include "common/events/detail/streams.h"

namespace baodao::events::detail {
namespace {

// Names of the dead are removed after this many times claim_idle.
constexpr int kForgetAfter = 20;

}  // namespace

Members::Members(redis::Client& client, std::string group, std::string self, Millis claim_idle)
    : client_(client),
      key_(MembersKey(group)),
      self_(std::move(self)),
      claim_idle_(claim_idle),
      last_beat_(std::chrono::steady_clock::now()) {}

Task<absl::Status> Members::Beat() {
  // The answer may be read long after Redis gave it: what counts is when it was asked.
  const Instant sent = std::chrono::steady_clock::now();
  std::vector<redis::Command> commands;
  commands.push_back(redis::Command::On(key_, "HINCRBY", key_, self_, 1));
  commands.push_back(redis::Command::On(key_, "HGETALL", key_));
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands));
  for (const auto& reply : replies) {
    if (!reply.ok()) co_return reply.status();
  }
  last_beat_ = sent;
  const Instant now = std::chrono::steady_clock::now();
  std::map<std::string, Member> seen;
  redis::Command forget(key_);
  forget.Add("HDEL").Add(key_);
  const std::vector<redis::Reply>& items = replies[1]->items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    const std::string& name = items[i].text;
    if (name == self_) continue;
    const auto known = others_.find(name);
    const bool same = known != others_.end() && known->second.beats == items[i + 1].text;
    const Instant changed = same ? known->second.changed : now;
    if (now - changed > claim_idle_ * kForgetAfter) forget.Add(name);
    seen.emplace(name, Member{items[i + 1].text, changed});
  }
  others_ = std::move(seen);
  if (forget.size() > 2) {
    absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(forget));
    co_return reply.status();
  }
  co_return absl::OkStatus();
}

Task<void> Members::Leave() {
  redis::Command command = redis::Command::On(key_, "HDEL", key_, self_);
  // When this fails the others find out by themselves.
  (void)co_await client_.Call(std::move(command));
}

bool Members::Alive() const { return std::chrono::steady_clock::now() - last_beat_ <= claim_idle_; }

std::vector<std::string> Members::Live() const {
  if (!Alive()) return {};
  const Instant now = std::chrono::steady_clock::now();
  std::vector<std::string> live{self_};
  for (const auto& [name, member] : others_) {
    if (now - member.changed <= claim_idle_) live.push_back(name);
  }
  std::sort(live.begin(), live.end());
  return live;
}

}  // namespace baodao::events::detail
