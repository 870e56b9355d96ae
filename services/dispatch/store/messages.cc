#include "services/dispatch/store/messages.h"

#include <algorithm>
#include <functional>

#include "common/status/macros.h"
#include "services/dispatch/domain/message.h"

namespace baodao::dispatch {

void PutMessage(const DispatchKeys& keys, const v1::TaskMessage& message, store::Commit* commit) {
  const std::string key = keys.Messages(message.task_id());
  const uint64_t number = message.number();
  commit->SetField(key, std::to_string(number), message.SerializeAsString());
  if (number > kMessagesKept) commit->RemoveField(key, std::to_string(number - kMessagesKept));
}

Task<absl::StatusOr<std::vector<v1::TaskMessage>>> ReadMessages(store::Store& store,
                                                                const DispatchKeys& keys,
                                                                std::string task_id) {
  CO_ASSIGN_OR_RETURN(const auto fields, co_await store.ListFields(keys.Messages(task_id)));
  std::vector<v1::TaskMessage> messages(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!messages[i].ParseFromString(fields[i].second)) {
      co_return absl::DataLossError("a message of " + task_id + " cannot be parsed");
    }
  }
  std::ranges::sort(messages, std::greater(), &v1::TaskMessage::number);
  co_return messages;
}

}  // namespace baodao::dispatch
