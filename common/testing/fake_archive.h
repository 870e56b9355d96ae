// An archive in memory.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "common/record/archive.h"
#include "common/status/status.h"

namespace baodao::testing {

class FakeArchive final : public record::Archive {
 public:
  Task<absl::Status> Keep(std::string id, store::Stored record) override {
    if (down) co_return Refuse(Reason::PEER_UNAVAILABLE);
    store::Stored& kept = records[id];
    if (kept.version < record.version) kept = std::move(record);
    co_return absl::OkStatus();
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
};

}  // namespace baodao::testing
