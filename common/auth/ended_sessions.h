// Sessions that ended before their access tokens ran out.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "common/clock/clock.h"
#include "common/containers/string_map.h"

namespace baodao::auth {

// One thread.
class EndedSessions {
 public:
  // Beyond `capacity` the session that ended first is forgotten.
  explicit EndedSessions(size_t capacity = 200'000) : capacity_(capacity) {}

  // Keeps the session until no token of it can be good any more, and forgets those for which that
  // has come. False when nothing was added: it is known already, or its tokens have run out.
  bool Add(std::string session_id, Time ended, Time now);
  bool Contains(std::string_view session_id) const {
    return sessions_.find(session_id) != sessions_.end();
  }
  size_t size() const { return sessions_.size(); }

 private:
  void ForgetFirst();

  size_t capacity_;
  std::unordered_set<std::string, StringHash, std::equal_to<>> sessions_;
  std::deque<std::pair<Time, std::string>> order_;  // until when each is kept; nearly by time
};

}  // namespace baodao::auth
