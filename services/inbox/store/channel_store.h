// How people hear of their inboxes: one ChannelsRecord each, beside the inbox (its key stands with
// the others in keys.h).
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <string_view>

#include "baodao/inbox/v1/records.pb.h"
#include "common/async/task.h"
#include "common/crypto/key_ring.h"
#include "common/record/type.h"
#include "common/store/store.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

// Empty where the person has set nothing yet.
using LoadedChannels = record::Versioned<v1::ChannelsRecord>;

// Loop thread only.
class ChannelStore {
 public:
  // Both outlive it; `ring` seals push tokens.
  ChannelStore(store::Store& store, const crypto::KeyRing& ring) : store_(store), ring_(ring) {}

  store::Store& store() { return store_; }

  Task<absl::StatusOr<LoadedChannels>> Load(Owner person);
  // The record as it is to be, at the version it was loaded at.
  void Put(store::Commit* commit, const Owner& person, const LoadedChannels& channels) const;

  // A device with its token, which is sealed for this person.
  v1::DeviceRecord DeviceWith(const Owner& person, std::string_view push_token) const;

  // The token in clear. DATA_LOSS where it cannot be opened.
  absl::StatusOr<std::string> TokenOf(const Owner& person, const v1::DeviceRecord& device) const;

  // Forgets the devices that end with the session. OK also where there are none.
  Task<absl::Status> EndSession(Owner person, std::string session_id);
  // Forgets devices, preferences and pushes: the person is there no more.
  Task<absl::Status> Erase(Owner person);

 private:
  std::string KeyOf(const Owner& person) const;

  store::Store& store_;
  const crypto::KeyRing& ring_;
};

}  // namespace baodao::inbox
