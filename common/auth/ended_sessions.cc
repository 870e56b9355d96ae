#include "common/auth/ended_sessions.h"

#include "common/auth/tokens.h"

namespace baodao::auth {

bool EndedSessions::Add(std::string session_id, Time ended, Time now) {
  while (!order_.empty() && order_.front().first <= now) ForgetFirst();
  // The issuer's clock may be ahead, and the verifier lets tokens live a little longer.
  const Time until = ended + kAccessLife + 2 * kSkew;
  if (until <= now || !sessions_.insert(session_id).second) return false;
  order_.emplace_back(until, std::move(session_id));
  if (order_.size() > capacity_) ForgetFirst();
  return true;
}

void EndedSessions::ForgetFirst() {
  sessions_.erase(order_.front().second);
  order_.pop_front();
}

}  // namespace baodao::auth
