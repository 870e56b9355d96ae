#include "common/store/keys.h"

#include <absl/strings/str_cat.h>

#include <cassert>
#include <charconv>
#include <utility>

#include "common/ids/ids.h"
#include "common/redis/slot.h"

namespace baodao::store {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Keys::Keys(std::string service, int shards) : service_(std::move(service)), shards_(shards) {
  assert(shards_ >= 1 && shards_ <= ids::kMaxShards);
}

std::string Keys::Of(int shard, std::string_view kind) const {
  assert(shard >= 0 && shard < shards_);
  return absl::StrCat("{", absl::Dec(shard, absl::kZeroPad2), "}", service_, ":", ToAbsl(kind));
}

std::string Keys::Of(int shard, std::string_view kind, std::string_view id) const {
  assert(shard >= 0 && shard < shards_);
  return absl::StrCat("{", absl::Dec(shard, absl::kZeroPad2), "}", service_, ":", ToAbsl(kind), ":",
                      ToAbsl(id));
}

std::string Keys::Answer(int shard, std::string_view caller, std::string_view request_id) const {
  // Callers are ids and request_ids have no ':': no two pairs make one key.
  return absl::StrCat(Of(shard, "answer", caller), ":", ToAbsl(request_id));
}

int Keys::ShardOf(std::string_view key) {
  int shard = -1;
  if (!key.starts_with('{')) return shard;
  const char* const end = key.data() + key.size();
  const std::from_chars_result result = std::from_chars(key.data() + 1, end, shard);
  return result.ec == std::errc() && result.ptr != end && *result.ptr == '}' ? shard : -1;
}

int Keys::ShardOfText(std::string_view text) const { return redis::Crc16(text) % shards_; }

int Keys::ShardOfId(std::string_view id) const { return ids::ShardOf(id).value_or(0) % shards_; }

}  // namespace baodao::store
