// An archive in memory.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "common/record/archive.h"
#include "common/status/status.h"

namespace baodao::testing {

class FakeArchive final : public record::Archive {
 public:
  Task<absl::StatusOr<Time>> Keep(std::string id, std::string owner_id,
                                  store::Stored record) override {
    if (down) co_return Refuse(Reason::PEER_UNAVAILABLE);
    owners[id] = std::move(owner_id);
    store::Stored& kept = records[id];
    if (kept.version < record.version) {
      kept = std::move(record);
      copied[id] = now();
    } else if (kept.version != record.version || kept.bytes != record.bytes) {
      co_return Refuse(Reason::STALE_VERSION);
    }
    co_return copied[id];
  }
  Task<absl::StatusOr<store::Stored>> Find(std::string id) override {
    ++asked;
    if (down) co_return Refuse(Reason::PEER_UNAVAILABLE);
    store::Stored record;
    if (const auto found = records.find(id); found != records.end()) record = found->second;
    co_return record;
  }

  bool down = false;
  int asked = 0;
  std::map<std::string, store::Stored> records;
  std::map<std::string, std::string> owners;
  std::map<std::string, Time> copied;
  // Long ago, unless a test says otherwise.
  std::function<Time()> now = [] { return Time{}; };
};

}  // namespace baodao::testing
