#include "services/inbox/rpc/hub.h"

#include <utility>

namespace baodao::inbox {

Hub::Subscription Hub::Add(const std::string& owner, std::function<void()> wake) {
  const uint64_t number = ++next_;
  watchers_[owner].emplace(number, std::move(wake));
  ++size_;
  return Subscription(this, owner, number);
}

void Hub::Remove(const std::string& owner, uint64_t number) {
  const auto found = watchers_.find(owner);
  if (found == watchers_.end()) return;
  size_ -= found->second.erase(number);
  if (found->second.empty()) watchers_.erase(found);
}

void Hub::Wake(const std::string& owner) {
  const auto found = watchers_.find(owner);
  if (found == watchers_.end()) return;
  for (const auto& [number, wake] : found->second) wake();
}

void Hub::WakeAll() {
  for (const auto& [owner, watchers] : watchers_) {
    for (const auto& [number, wake] : watchers) wake();
  }
}

size_t Hub::watchers(const std::string& owner) const {
  const auto found = watchers_.find(owner);
  return found == watchers_.end() ? 0 : found->second.size();
}

}  // namespace baodao::inbox
