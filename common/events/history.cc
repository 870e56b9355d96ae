#include "common/events/history.h"

#include <absl/strings/str_cat.h>

#include <utility>
#include <vector>

#include "common/events/detail/delivery.h"
#include "common/events/detail/streams.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::events {
namespace {

constexpr int kBatch = 1000;

Task<absl::StatusOr<std::vector<detail::Entry>>> ReadBatch(redis::Client& client, std::string key,
                                                           std::string from) {
  redis::Command command(key);
  command.Add("XRANGE").Add(key).Add(from).Add("+").Add("COUNT").Add(kBatch);
  CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await client.Call(std::move(command)));
  co_return detail::ParseEntries(reply);
}

}  // namespace

Task<absl::Status> ReadSince(redis::Client& client, std::string service, int shard, Time since,
                             Handler handler) {
  const std::string key = detail::EventsKey(service, shard);
  std::string from = absl::StrCat(since.time_since_epoch().count());
  for (;;) {
    CO_ASSIGN_OR_RETURN(const std::vector<detail::Entry> entries,
                        co_await ReadBatch(client, key, from));
    for (const detail::Entry& entry : entries) {
      Delivery delivery;
      delivery.service = service;
      delivery.shard = shard;
      delivery.id = entry.id;
      const absl::Status parsed = detail::ParseEvent(entry, delivery);
      if (!parsed.ok()) {
        log::Warn("events.history_skipped", {{"stream", key}, {"id", entry.id}});
        continue;
      }
      CO_RETURN_IF_ERROR(co_await detail::Deliver(handler, delivery));
    }
    if (static_cast<int>(entries.size()) < kBatch) co_return absl::OkStatus();
    from = absl::StrCat("(", entries.back().id);
  }
}

}  // namespace baodao::events
