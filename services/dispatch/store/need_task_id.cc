#include "services/dispatch/store/need_task_id.h"

#include "common/crypto/random.h"

namespace baodao::dispatch {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kUlid = 26;
constexpr size_t kTime = 10;
constexpr size_t kShard = 2;

}  // namespace

std::string NeedTaskId(std::string_view need_id, int attempt, int shard) {
  const std::string_view ulid = need_id.substr(need_id.size() - kUlid);
  // 32 hex digits, of which each character takes two: 5 of their 8 bits.
  const std::string hash = crypto::Fingerprint("task of " + std::string(need_id) + " attempt " +
                                               std::to_string(attempt));
  std::string id = "tsk_" + std::string(ulid.substr(0, kTime));
  id += kCrockford[static_cast<size_t>(shard >> 5) & 31];
  id += kCrockford[static_cast<size_t>(shard) & 31];
  for (size_t i = 0; i < kUlid - kTime - kShard; ++i) {
    id += kCrockford[std::stoul(hash.substr(2 * i, 2), nullptr, 16) & 31];
  }
  return id;
}

}  // namespace baodao::dispatch
