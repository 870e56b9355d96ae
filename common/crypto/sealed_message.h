// Messages sealed at rest: what is private in a record is kept so.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message_lite.h>

#include <string>

#include "common/crypto/key_ring.h"
#include "common/status/macros.h"

namespace baodao::crypto {

// `binding` names the record and the field: sealed bytes cannot be moved to another. An empty
// message is sealed to nothing.
inline std::string SealMessage(const KeyRing& ring, const google::protobuf::MessageLite& message,
                               const std::string& binding) {
  if (message.ByteSizeLong() == 0) return "";
  return ring.Seal(message.SerializeAsString(), binding);
}

// DATA_LOSS when it cannot be opened.
template <class Message>
absl::StatusOr<Message> OpenMessage(const KeyRing& ring, const std::string& sealed,
                                    const std::string& binding) {
  Message message;
  if (sealed.empty()) return message;
  ASSIGN_OR_RETURN(const std::string bytes, ring.Open(sealed, binding));
  if (message.ParseFromString(bytes)) return message;
  return absl::DataLossError("a sealed message cannot be parsed: " + message.GetTypeName());
}

}  // namespace baodao::crypto
