// A stored record with its version, also of those that stand in no list and have no Type.
#pragma once

#include <absl/status/statusor.h>

#include "common/record/type.h"
#include "common/status/macros.h"
#include "common/store/commit.h"

namespace baodao::record {

// Version 0 where nothing is stored; DATA_LOSS when it cannot be parsed.
template <class Record>
absl::Status Parse(const store::Stored& stored, Versioned<Record>* found) {
  found->version = stored.version;
  if (found->record.ParseFromString(stored.bytes)) return absl::OkStatus();
  return absl::DataLossError("a stored " + Record::descriptor()->name() + " cannot be parsed");
}
template <class Record>
absl::StatusOr<Versioned<Record>> Parse(const store::Stored& stored) {
  Versioned<Record> found;
  RETURN_IF_ERROR(Parse(stored, &found));
  return found;
}

}  // namespace baodao::record
