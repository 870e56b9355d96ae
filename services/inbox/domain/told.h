// How far an inbox was told of the events of others. However often an event comes, and however much
// came since: what it tells, it tells once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "baodao/inbox/v1/records.pb.h"
#include "services/inbox/domain/cursor.h"

namespace baodao::inbox {

// An event: the id in the stream of a service's shard.
struct EventRef {
  std::string service;
  int shard = 0;
  Cursor id;
};

// The same in every build.
uint64_t NameOf(std::string_view kind, std::string_view about);
uint64_t CauseOf(const EventRef& event, uint64_t name);

// Events of one stream reach an inbox in order: one that comes before the last told was told (or is
// a dead letter, which does not ask here).
bool WasTold(const v1::InboxRecord& head, const EventRef& event, uint64_t name);
// Notes that the notice is told; call it for one that was not told yet.
void NoteTold(v1::InboxRecord* head, const EventRef& event, uint64_t name);

}  // namespace baodao::inbox
