// The fields of the hash that a person's ledger is.
#pragma once

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <string>

namespace baodao::dispatch {

// Zero-padded, so that fields sort as numbers wherever somebody looks at the hash.
inline std::string EntryField(uint64_t sequence) {
  return absl::StrCat(absl::Dec(sequence, absl::kZeroPad20));
}

// Holds the sequence of the task's newest entry.
inline std::string TaskField(const std::string& task_id) { return "task:" + task_id; }

}  // namespace baodao::dispatch
