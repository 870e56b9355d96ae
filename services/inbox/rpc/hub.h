// Who watches which inbox in this process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "common/containers/string_map.h"

namespace baodao::inbox {

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

  // `wake` is called after each Wake of the owner. It must not call the hub.
  Subscription Add(const std::string& owner, std::function<void()> wake);
  void Wake(const std::string& owner);
  // After events may have been missed.
  void WakeAll();

  size_t watchers(const std::string& owner) const;
  size_t size() const { return size_; }

 private:
  void Remove(const std::string& owner, uint64_t number);

  StringMap<std::map<uint64_t, std::function<void()>>> watchers_;
  uint64_t next_ = 0;
  size_t size_ = 0;
};

}  // namespace baodao::inbox
