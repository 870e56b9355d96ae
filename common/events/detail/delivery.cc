#include "common/events/detail/delivery.h"

#include <exception>
#include <string>
#include <utility>

#include "common/status/status.h"

namespace baodao::events::detail {
namespace {

constexpr size_t kMaxError = 1000;
// A letter box nobody empties must not fill the memory.
constexpr int kMaxLetters = 100'000;

}  // namespace

absl::Status ParseEvent(const Entry& entry, Delivery& delivery) {
  const std::string_view bytes = entry.Field("e");
  if (!delivery.event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError("the entry holds no event");
  }
  return absl::OkStatus();
}

Task<absl::Status> Deliver(const Handler& handler, const Delivery& delivery) {
  try {
    co_return co_await handler(delivery);
  } catch (const std::exception& error) {
    co_return absl::InternalError(error.what());
  }
}

Task<absl::Status> DeliverTogether(const BatchHandler& handler, std::vector<Delivery> batch) {
  try {
    co_return co_await handler(std::move(batch));
  } catch (const std::exception& error) {
    co_return absl::InternalError(error.what());
  }
}

bool IsOutage(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kAborted ||
         status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kCancelled;
}

Task<absl::Status> DeadLetter(redis::Client& client, std::string group, const Delivery& delivery,
                              std::string bytes, std::string error, Time now) {
  const std::string key = DeadKey(group, delivery.shard);
  if (error.size() > kMaxError) error.resize(kMaxError);
  redis::Command command(key);
  command.Add("XADD").Add(key).Add("MAXLEN").Add("~").Add(kMaxLetters).Add("*");
  command.Add("service").Add(delivery.service).Add("id").Add(delivery.id);
  command.Add("attempts").Add(delivery.attempt).Add("error").Add(error);
  command.Add("time").Add(now.time_since_epoch().count()).Add("e").Add(bytes);
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  co_return reply.status();
}

}  // namespace baodao::events::detail
