// The chain of hashes that shows whether a person's ledger was changed
// (ops/decisions/0034-a-ledger-is-a-chain.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "baodao/dispatch/v1/ledger.pb.h"

namespace baodao::ledger {

// The hash of `entry`, 32 bytes, where the entry before it has `previous`; "" where none has one.
// Does not look at the hash that `entry` carries.
std::string HashOf(std::string_view previous, const dispatch::v1::LedgerEntry& entry);

struct Fault {
  enum class Kind {
    kChanged,    // the entry, or the one before it together with its hash
    kMissing,    // the entry
    kReordered,  // the entry stands where another should
  };
  Kind kind;
  uint64_t sequence;  // of the entry
};

// "entry 3 is changed".
std::string TextOf(const Fault& fault);

// Reads the ledger of one person.
class ChainCheck {
 public:
  // `head` was read before the entries: the ledger may have grown since, and must have all that
  // `head` counts.
  explicit ChainCheck(dispatch::v1::Balance head);

  // The next entry, in the order of the ledger.
  void Add(const dispatch::v1::LedgerEntry& entry);
  // The first fault, once all entries are added; nothing where they are as they were written.
  std::optional<Fault> End() const;

 private:
  bool Continues(const dispatch::v1::LedgerEntry& entry) const;

  dispatch::v1::Balance head_;
  uint64_t next_ = 1;
  std::string previous_;  // hash
  std::optional<Fault> fault_;
};

}  // namespace baodao::ledger
