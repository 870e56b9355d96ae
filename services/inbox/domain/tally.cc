#include "services/inbox/domain/tally.h"

#include <algorithm>

namespace baodao::inbox {
namespace {

constexpr std::chrono::hours kTallyDay{24};

// The place of the tally, at the end; a new one where there is none. Null where there is no room:
// one that holds something back cannot be forgotten.
v1::TallyRecord* TallyOf(v1::InboxRecord* head, uint64_t name, Time now) {
  auto* const tallies = head->mutable_tallies();
  const auto found = std::ranges::find(*tallies, name, &v1::TallyRecord::name);
  if (found != tallies->end()) {
    std::rotate(found, found + 1, tallies->end());
    return &*tallies->rbegin();
  }
  if (tallies->size() >= kMaxTallies) {
    const auto oldest = std::ranges::find(*tallies, 0u, &v1::TallyRecord::held);
    if (oldest == tallies->end()) return nullptr;
    tallies->erase(oldest);
  }
  v1::TallyRecord* const added = tallies->Add();
  added->set_name(name);
  added->set_since_ms(now.time_since_epoch().count());
  return added;
}

}  // namespace

uint32_t CountIn(v1::InboxRecord* head, uint64_t name, bool urgent, Time now) {
  v1::TallyRecord* const tally = TallyOf(head, name, now);
  if (tally == nullptr) return 0;
  if (tally->held() == 0 && now - Time(Millis(tally->since_ms())) >= kTallyDay) {
    tally->set_since_ms(now.time_since_epoch().count());
    tally->set_count(0);
  }
  tally->set_count(tally->count() + 1);
  const bool hurries = urgent && now - Time(Millis(tally->urgent_ms())) >= kHeldFor;
  if (tally->count() <= kShownADay || hurries) {
    if (urgent) tally->set_urgent_ms(now.time_since_epoch().count());
    return 0;
  }
  tally->set_held(tally->held() + 1);
  return tally->held();
}

bool HoldsBack(const v1::InboxRecord& head, uint64_t name) {
  return std::ranges::any_of(head.tallies(), [name](const v1::TallyRecord& tally) {
    return tally.name() == name && tally.held() > 0;
  });
}

bool ReleaseFrom(v1::InboxRecord* head, uint64_t name) {
  auto* const tallies = head->mutable_tallies();
  const auto found = std::ranges::find(*tallies, name, &v1::TallyRecord::name);
  if (found == tallies->end() || found->held() == 0) return false;
  found->set_held(0);
  return true;
}

}  // namespace baodao::inbox
