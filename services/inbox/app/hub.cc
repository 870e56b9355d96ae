#include "services/inbox/app/hub.h"

#include <algorithm>

#include "common/status/status.h"

namespace baodao::inbox {

Hub::Subscription Hub::Add(const std::string& owner, Watcher watcher, size_t most) {
  const uint64_t number = ++next_;
  Watchers& watchers = watchers_[owner];
  if (watchers.size() >= most) MakeRoom(watcher.session_id, most, &watchers);
  watchers.emplace(number, std::move(watcher));
  ++size_;
  return Subscription(this, owner, number);
}

void Hub::MakeRoom(const std::string& session_id, size_t most, Watchers* watchers) {
  const auto of_session = [&](const auto& entry) { return entry.second.session_id == session_id; };
  auto oldest = session_id.empty() ? watchers->end() : std::ranges::find_if(*watchers, of_session);
  if (oldest == watchers->end()) oldest = watchers->begin();
  oldest->second.close(Refuse(Reason::REPLACED_BY_NEWER_STREAM, {{"max", std::to_string(most)}}));
  watchers->erase(oldest);
  --size_;
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
  for (const auto& [number, watcher] : found->second) watcher.wake();
}

void Hub::WakeAll() {
  for (const auto& [owner, watchers] : watchers_) {
    for (const auto& [number, watcher] : watchers) watcher.wake();
  }
}

Task<absl::Status> Hub::OnEvent(const events::Delivery& delivery) {
  if (delivery.event.has_notification_added()) {
    Wake(delivery.event.notification_added().owner_id());
  }
  co_return absl::OkStatus();
}

Task<void> Hub::OnGap(std::string, int) {
  WakeAll();
  co_return;
}

size_t Hub::watchers(const std::string& owner) const {
  const auto found = watchers_.find(owner);
  return found == watchers_.end() ? 0 : found->second.size();
}

}  // namespace baodao::inbox
