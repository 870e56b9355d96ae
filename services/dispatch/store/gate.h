// Admission to a task in a rush: no more claims reserve time than there are slots left to win; the
// others wait until they know whether any is left, and mostly need no reservation at all.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/containers/string_map.h"

namespace baodao::dispatch {

// Loop thread only.
class Gate {
  struct Lane {
    int inside = 0;
    std::list<asio::steady_timer*> waiting;
  };

 public:
  // Leaves when destroyed.
  class Pass {
   public:
    Pass() = default;
    Pass(Gate* gate, std::string key) : gate_(gate), key_(std::move(key)) {}
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), key_(std::move(other.key_)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave(key_);
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* gate_ = nullptr;
    std::string key_;
  };

  // Waits while as many are inside as `room` answers. An empty pass when there is no room at
  // all. `room` is asked again whenever somebody leaves.
  Task<Pass> Enter(std::string key, std::function<int()> room);

  size_t busy() const { return lanes_.size(); }

 private:
  void Leave(const std::string& key);

  StringMap<Lane> lanes_;
};

}  // namespace baodao::dispatch
