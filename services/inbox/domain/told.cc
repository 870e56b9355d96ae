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

uint64_t CauseOf(const Origin& origin, uint64_t name) {
  return StableHash(
      absl::StrCat(origin.service, ".", origin.shard, ".", origin.id.Text(), ".", name));
}

bool WasTold(const v1::InboxRecord& head, const Origin& origin, uint64_t name) {
  for (const v1::ToldRecord& told : head.told()) {
    if (told.service() != origin.service || told.shard() != origin.shard) continue;
    const Cursor position = PositionOf(told);
    return origin.id < position ||
           (origin.id == position && std::ranges::count(told.names(), name) > 0);
  }
  return false;
}

void NoteTold(v1::InboxRecord* head, const Origin& origin, uint64_t name) {
  auto* const all = head->mutable_told();
  auto told = std::ranges::find_if(*all, [&](const v1::ToldRecord& one) {
    return one.service() == origin.service && one.shard() == origin.shard;
  });
  if (told == all->end()) {
    v1::ToldRecord* const added = all->Add();
    added->set_service(origin.service);
    added->set_shard(origin.shard);
    told = all->end() - 1;
  }
  if (PositionOf(*told) < origin.id) {
    told->set_ms(origin.id.ms);
    told->set_sequence(origin.id.sequence);
    told->clear_names();
  }
  told->add_names(name);
}

}  // namespace baodao::inbox
