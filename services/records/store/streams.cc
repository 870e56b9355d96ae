#include "services/records/store/streams.h"

#include "common/events/rewind.h"
#include "common/status/macros.h"

namespace baodao::records {
namespace {

void AddIds(const std::string& service, const std::vector<std::string>& ids, StreamIds* all) {
  for (size_t i = 0; i < ids.size(); ++i) {
    (*all)[{service, static_cast<int64_t>(i)}] = StreamId::Parse(ids[i]);
  }
}

}  // namespace

Task<absl::StatusOr<StreamIds>> ReadCursors(redis::Client& redis, const Streams& streams) {
  StreamIds cursors;
  for (const std::string& service : streams.services) {
    CO_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                        co_await events::CursorIds(redis, streams.group, service, streams.shards));
    AddIds(service, ids, &cursors);
  }
  co_return cursors;
}

Task<absl::StatusOr<StreamIds>> ReadEnds(redis::Client& redis, const Streams& streams) {
  StreamIds ends;
  for (const std::string& service : streams.services) {
    CO_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                        co_await events::LastIds(redis, service, streams.shards));
    AddIds(service, ids, &ends);
  }
  co_return ends;
}

}  // namespace baodao::records
