#include "services/inbox/store/channel_store.h"

#include <functional>
#include <utility>

#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "services/inbox/domain/channels.h"

namespace baodao::inbox {
namespace {

// The place that a token is sealed for.
std::string PlaceOf(const Owner& person) { return "device:" + person.id + ":push_token"; }

}  // namespace

std::string ChannelStore::KeyOf(const Owner& person) const {
  return store_.keys().Of(person.shard, "channels", person.id);
}

Task<absl::StatusOr<LoadedChannels>> ChannelStore::Load(Owner person) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(KeyOf(person)));
  co_return record::Parse<v1::ChannelsRecord>(stored);
}

void ChannelStore::Put(store::Commit* commit, const Owner& person,
                       const LoadedChannels& channels) const {
  commit->Put(KeyOf(person), channels.version, channels.record.SerializeAsString());
}

v1::DeviceRecord ChannelStore::DeviceWith(const Owner& person, std::string_view push_token) const {
  v1::DeviceRecord device;
  device.set_token_hash(ring_.LookupHash(push_token));
  device.set_push_token(ring_.Seal(push_token, PlaceOf(person)));
  return device;
}

absl::StatusOr<std::string> ChannelStore::TokenOf(const Owner& person,
                                                  const v1::DeviceRecord& device) const {
  return ring_.Open(device.push_token(), PlaceOf(person));
}

Task<absl::Status> ChannelStore::EndSession(Owner person, std::string session_id) {
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    store::Commit commit(person.shard);
    CO_ASSIGN_OR_RETURN(LoadedChannels channels, co_await Load(person));
    if (DropSession(&channels.record, session_id)) Put(&commit, person, channels);
    co_return commit;
  };
  co_return co_await store::Update(store_, std::move(decide));
}

Task<absl::Status> ChannelStore::Erase(Owner person) {
  std::function<Task<absl::StatusOr<store::Commit>>()> decide =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    store::Commit commit(person.shard);
    CO_ASSIGN_OR_RETURN(LoadedChannels channels, co_await Load(person));
    channels.record.Clear();
    if (channels.version != 0) Put(&commit, person, channels);
    co_return commit;
  };
  co_return co_await store::Update(store_, std::move(decide));
}

}  // namespace baodao::inbox
