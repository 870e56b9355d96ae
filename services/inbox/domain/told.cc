#include "services/inbox/domain/told.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/containers/stable_hash.h"

namespace baodao::inbox {
namespace {

Cursor PositionOf(const v1::ToldRecord& told) { return {told.ms(), told.sequence()}; }

}  // namespace

uint64_t NameOf(std::string_view kind, std::string_view about) {
  return StableHash(std::string(kind).append(1, '|').append(about));
}

uint64_t CauseOf(const EventRef& event, uint64_t name) {
  return StableHash(absl::StrCat(event.service, ".", event.shard, ".", event.id.Text(), ".", name));
}

bool WasTold(const v1::InboxRecord& head, const EventRef& event, uint64_t name) {
  for (const v1::ToldRecord& told : head.told()) {
    if (told.service() != event.service || told.shard() != event.shard) continue;
    const Cursor position = PositionOf(told);
    return event.id < position ||
           (event.id == position && std::ranges::count(told.names(), name) > 0);
  }
  return false;
}

void NoteTold(v1::InboxRecord* head, const EventRef& event, uint64_t name) {
  auto* const all = head->mutable_told();
  auto told = std::ranges::find_if(*all, [&](const v1::ToldRecord& one) {
    return one.service() == event.service && one.shard() == event.shard;
  });
  if (told == all->end()) {
    v1::ToldRecord* const added = all->Add();
    added->set_service(event.service);
    added->set_shard(event.shard);
    told = all->end() - 1;
  }
  if (PositionOf(*told) < event.id) {
    told->set_ms(event.id.ms);
    told->set_sequence(event.id.sequence);
    told->clear_names();
  }
  told->add_names(name);
}

}  // namespace baodao::inbox
