// The watchers of inboxes in this process.
#pragma once

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/containers/string_map.h"
#include "common/events/consumer.h"

namespace baodao::inbox {

// One open stream.
struct Watcher {
  std::string session_id;  // the device; empty when it is not known
  std::function<void()> wake;
  std::function<void(absl::Status)> close;
};

// Loop thread only.
class Hub {
 public:
  // Ends a subscription when it goes out of scope. The hub outlives it.
  class Subscription {
   public:
    Subscription(Hub* hub, std::string owner, uint64_t number)
        : hub_(hub), owner_(std::move(owner)), number_(number) {}
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { hub_->Remove(owner_, number_); }

   private:
    Hub* hub_;
    std::string owner_;
    uint64_t number_;
  };

  // `wake` is called after each Wake of the owner, `close` when the watcher has to make room: with
  // `most` watchers of the owner there already, the oldest of the same session ends, or else the
  // oldest of all. Neither must call the hub.
  Subscription Add(const std::string& owner, Watcher watcher, size_t most);
  void Wake(const std::string& owner);
  // After events may have been missed.
  void WakeAll();
  // For events::Tail over inbox's own events: any replica serves anybody.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  Task<void> OnGap(std::string service, int shard);

  size_t watchers(const std::string& owner) const;
  size_t size() const { return size_; }

 private:
  using Watchers = std::map<uint64_t, Watcher>;  // the oldest first

  void Remove(const std::string& owner, uint64_t number);
  void MakeRoom(const std::string& session_id, size_t most, Watchers* watchers);

  StringMap<Watchers> watchers_;
  uint64_t next_ = 0;
  size_t size_ = 0;
};

}  // namespace baodao::inbox
