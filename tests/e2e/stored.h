// All that the services keep, so that a test can say that nothing was written.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/events/group_consumer.h"
#include "common/events/readers.h"
#include "common/redis/client.h"
#include "common/store/redis_store.h"
#include "tests/e2e/town.h"

namespace baodao::testing {

class Stored {
 public:
  // Waits until every event so far has been handled: what the services do by themselves is
  // done.
  explicit Stored(Town& town) : town_(town) {
    town.Run(AwaitEvents(town));
    before_ = Read();
  }

  // The changes since, by key, without what workers note for themselves and what ran out.
  std::vector<std::string> Changes() const {
    town_.Run(AwaitEvents(town_));
    const Values after = Read();
    std::vector<std::string> changes;
    for (const auto& [key, value] : after) {
      const auto old = before_.find(key);
      if (old == before_.end()) {
        changes.push_back(key + " is new");
      } else if (old->second.dump != value.dump) {
        changes.push_back(key + " has changed");
      }
    }
    for (const auto& [key, value] : before_) {
      if (!value.passes && !after.contains(key)) changes.push_back(key + " is gone");
    }
    return changes;
  }

  // Until every event so far has been handled.
  static Task<void> AwaitEvents(Town& town) {
    const auto client = co_await redis::Connect(town.loop, town.deployment.redis().config());
    if (!client.ok()) throw std::runtime_error(client.status().ToString());
    const auto shards = co_await store::OpenShards(**client, 0);
    for (const std::string group : {"inbox", "lists", "dispatch", "records"}) {
      const std::vector<std::string> services = events::ServicesReadBy(group);
      for (;;) {
        const auto lag =
            co_await events::ReadGroupLag(**client, SystemClock(), group, services, *shards);
        if (!lag.ok()) throw std::runtime_error(lag.status().ToString());
        if (lag->unread == 0) break;
        co_await SystemClock().SleepFor(Millis(5));
      }
    }
    co_await (*client)->Close();
  }

 private:
  struct Value {
    std::string dump;
    bool passes;  // it has a time to live, or is a login code
  };
  using Values = std::map<std::string, Value>;

  static constexpr char kDumpAll[] = R"(
    local all = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      all[#all + 1] = key
      all[#all + 1] = redis.call('DUMP', key)
      all[#all + 1] = redis.call('PTTL', key)
    end
    return all)";

  // "cursors" for "{03}inbox:cursors", "task" for "{03}dispatch:task:tsk_…".
  static std::string KindOf(const std::string& key) {
    const size_t first = key.find(':') + 1;
    return key.substr(first, key.find(':', first) - first);
  }

  // How far workers have read, who of them is alive, and the timers that take away login codes.
  static bool IsBookkeeping(const std::string& key) {
    static const std::set<std::string> kinds = {"cursors", "members"};
    return kinds.contains(KindOf(key)) || key.ends_with("registration:timers");
  }

  Values Read() const {
    Values values;
    const auto all = town_.deployment.redis().Do({"EVAL", kDumpAll, "0"});
    for (size_t i = 0; i + 2 < all.items.size(); i += 3) {
      const std::string& key = all.items[i].text;
      if (IsBookkeeping(key)) continue;
      const bool passes = all.items[i + 2].integer >= 0 || KindOf(key) == "code";
      values[key] = {all.items[i + 1].text, passes};
    }
    return values;
  }

  Town& town_;
  Values before_;
};

}  // namespace baodao::testing
