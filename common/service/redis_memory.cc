#include "common/service/redis_memory.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/log/log.h"

namespace baodao::service {
namespace {

constexpr Millis kLookEvery{15'000};
// In a hash with a longer value each field costs some hundred bytes more: as the shipped redis.conf
// has it.
constexpr double kPackedValue = 512;
constexpr metrics::Spec kUsed{"baodao_redis_memory_bytes", metrics::Type::kGauge,
                              "Memory that Redis uses."};
constexpr metrics::Spec kLimit{"baodao_redis_memory_limit_bytes", metrics::Type::kGauge,
                               "Its maxmemory, beyond which it refuses to write; 0: none."};

// "name:value" lines of INFO.
std::map<std::string, std::string> FieldsOf(const std::string& info) {
  std::map<std::string, std::string> fields;
  for (const absl::string_view line : absl::StrSplit(info, absl::ByAnyChar("\r\n"))) {
    const std::pair<std::string, std::string> field = absl::StrSplit(line, absl::MaxSplits(':', 1));
    fields.insert(field);
  }
  return fields;
}

double Number(const std::string& text) {
  double number = 0;
  return absl::SimpleAtod(text, &number) ? number : 0;
}

struct Memory {
  double used = 0;
  double limit = 0;
  std::string policy;

  // 1 and more: nothing can be written.
  double fullness() const { return limit == 0 ? 0 : used / limit; }
};

// The memory of the fullest node.
Task<std::optional<Memory>> ReadMemory(redis::Client& redis) {
  redis::Command ask = redis::Command::Any("INFO", "memory");
  const std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await redis.CallPrimaries(std::move(ask));
  std::optional<Memory> fullest;
  for (const absl::StatusOr<redis::Reply>& info : replies) {
    if (!info.ok()) continue;
    std::map<std::string, std::string> fields = FieldsOf(info->text);
    Memory memory{Number(fields["used_memory"]), Number(fields["maxmemory"]),
                  fields["maxmemory_policy"]};
    if (!fullest || memory.fullness() > fullest->fullness()) fullest = std::move(memory);
  }
  co_return fullest;
}

void WarnOf(const Memory& memory) {
  if (memory.limit == 0) log::Warn("redis.memory_without_limit", {{"set", "maxmemory"}});
  if (memory.policy != "noeviction") {
    log::Error("redis.forgets_records", {{"maxmemory_policy", memory.policy}});
  }
}

// Not where CONFIG is not allowed.
Task<void> WarnOfUnpacked(redis::Client& redis) {
  redis::Command ask = redis::Command::Any("CONFIG", "GET", "hash-max-listpack-value");
  const std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await redis.CallPrimaries(std::move(ask));
  for (const absl::StatusOr<redis::Reply>& reply : replies) {
    if (!reply.ok() || reply->items.size() != 2) continue;
    if (Number(reply->items[1].text) >= kPackedValue) continue;
    log::Warn("redis.hashes_not_packed", {{"set", "hash-max-listpack-value 512"}});
    co_return;
  }
}

}  // namespace

Task<void> WatchRedisMemory(Runtime& runtime) {
  metrics::Gauge* const used = runtime.metrics.GaugeOf(kUsed);
  metrics::Gauge* const limit = runtime.metrics.GaugeOf(kLimit);
  for (bool warned = false;;) {
    if (const std::optional<Memory> memory = co_await ReadMemory(runtime.redis)) {
      used->Set(memory->used);
      limit->Set(memory->limit);
      if (!std::exchange(warned, true)) {
        WarnOf(*memory);
        co_await WarnOfUnpacked(runtime.redis);
      }
    }
    co_await runtime.clock.SleepFor(kLookEvery);
  }
}

}  // namespace baodao::service
