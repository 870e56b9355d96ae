// Reading typed records, and committing what was decided without a request_id.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/status/macros.h"
#include "common/store/store.h"

namespace baodao::registration {

// A record with the version it was read at; version 0: there is none.
template <class Record>
struct Loaded {
  Record record;
  uint64_t version = 0;
  bool exists() const { return version != 0; }
};

template <class Record>
absl::StatusOr<Loaded<Record>> Parse(const store::Stored& stored) {
  Loaded<Record> loaded;
  loaded.version = stored.version;
  if (stored.exists() && !loaded.record.ParseFromString(stored.bytes)) {
    return absl::DataLossError("a stored " + Record::descriptor()->name() + " cannot be parsed");
  }
  return loaded;
}

template <class Record>
Task<absl::StatusOr<Loaded<Record>>> Load(store::Store& store, std::string key) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store.Get(std::move(key)));
  co_return Parse<Record>(stored);
}

// In the order asked.
template <class Record>
Task<absl::StatusOr<std::vector<Loaded<Record>>>> LoadMany(store::Store& store,
                                                           std::vector<std::string> keys) {
  std::vector<Loaded<Record>> records;
  if (keys.empty()) co_return records;
  CO_ASSIGN_OR_RETURN(const std::vector<store::Stored> all,
                      co_await store.GetMany(std::move(keys)));
  for (const store::Stored& stored : all) {
    CO_ASSIGN_OR_RETURN(Loaded<Record> loaded, Parse<Record>(stored));
    records.push_back(std::move(loaded));
  }
  co_return records;
}

// For calls that carry no request_id (login) and for timers: decides and commits until no record
// changed in between, at most 8 times, then CONFLICT_RETRY.
Task<absl::Status> CommitUntilSettled(store::Store& store, Clock& clock,
                                      std::function<Task<absl::StatusOr<store::Commit>>()> decide);

}  // namespace baodao::registration
