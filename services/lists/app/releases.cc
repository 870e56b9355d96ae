#include "services/lists/app/releases.h"

#include <utility>

#include "services/lists/store/keys.h"

namespace baodao::lists {

Task<absl::Status> RecordRelease(App& app, rpc::CallContext context,
                                 events::v1::ContactReleased released, std::string id) {
  record::Transaction transaction =
      app.records.Begin(app.records.ShardOfId(id), record::OriginOf(context, app.clock.Now()));
  events::v1::Event event;
  released.set_reader_id(context.caller().person_id);
  *event.mutable_contact_released() = std::move(released);
  transaction.Fill(&event);
  // About so many of a shard: years of a district.
  constexpr uint64_t kKept = 1'000'000;
  transaction.commit().Append(ReleasesKey(app.records.store().keys(), transaction.shard()),
                              event.SerializeAsString(), kKept);
  transaction.Emit(std::move(event));
  co_return (co_await app.records.Commit(std::move(transaction))).status();
}

}  // namespace baodao::lists
