#include "common/ledger/chain.h"

#include <absl/strings/str_cat.h>
#include <sodium.h>

#include <utility>

namespace baodao::ledger {
namespace {

// Names this layout: another one would have another number.
constexpr std::string_view kLayout = "baodao.ledger.1";

// 8 bytes, the most significant first; negative numbers in two's complement.
void AddNumber(uint64_t number, std::string* bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes->push_back(static_cast<char>(number >> shift));
}

// Its length first, so that no two lists of texts come to the same bytes.
void AddText(std::string_view text, std::string* bytes) {
  AddNumber(text.size(), bytes);
  bytes->append(text);
}

std::string BytesOf(std::string_view previous, const dispatch::v1::LedgerEntry& entry) {
  std::string bytes;
  AddText(kLayout, &bytes);
  AddText(previous, &bytes);
  AddText(entry.person_id(), &bytes);
  AddNumber(entry.sequence(), &bytes);
  AddText(entry.task_id(), &bytes);
  AddNumber(static_cast<uint64_t>(entry.minutes()), &bytes);
  AddNumber(entry.reverses(), &bytes);
  AddNumber(static_cast<uint64_t>(entry.time().seconds()), &bytes);
  AddNumber(static_cast<uint64_t>(int64_t{entry.time().nanos()}), &bytes);
  AddNumber(static_cast<uint64_t>(int64_t{entry.confirmation()}), &bytes);
  AddText(entry.reason(), &bytes);
  AddText(entry.confirmer_id(), &bytes);
  return bytes;
}

}  // namespace

std::string HashOf(std::string_view previous, const dispatch::v1::LedgerEntry& entry) {
  const std::string bytes = BytesOf(previous, entry);
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hash;
}

std::string TextOf(const Fault& fault) {
  const char* what = "";
  switch (fault.kind) {
    case Fault::Kind::kChanged:
      what = "changed";
      break;
    case Fault::Kind::kMissing:
      what = "missing";
      break;
    case Fault::Kind::kReordered:
      what = "out of order";
      break;
  }
  return absl::StrCat("entry ", fault.sequence, " is ", what);
}

ChainCheck::ChainCheck(dispatch::v1::Balance head) : head_(std::move(head)) {}

void ChainCheck::Add(const dispatch::v1::LedgerEntry& entry) {
  const uint64_t sequence = entry.sequence();
  if (fault_) {
    // It is there after all.
    const bool missed = fault_->kind == Fault::Kind::kMissing && sequence == fault_->sequence;
    if (missed) fault_->kind = Fault::Kind::kReordered;
  } else if (sequence > next_) {
    fault_ = Fault{Fault::Kind::kMissing, next_};
  } else if (sequence < next_) {
    fault_ = Fault{Fault::Kind::kReordered, sequence};
  } else if (!Continues(entry)) {
    fault_ = Fault{Fault::Kind::kChanged, sequence};
  } else {
    previous_ = entry.hash();
    ++next_;
  }
}

bool ChainCheck::Continues(const dispatch::v1::LedgerEntry& entry) const {
  if (entry.person_id() != head_.person_id()) return false;
  // A ledger may begin with entries that are older than hashes.
  const bool without = entry.hash().empty() && previous_.empty();
  if (!without && entry.hash() != HashOf(previous_, entry)) return false;
  const bool last = entry.sequence() == static_cast<uint64_t>(head_.entries());
  return !last || entry.hash() == head_.last_hash();
}

std::optional<Fault> ChainCheck::End() const {
  if (fault_ || next_ > static_cast<uint64_t>(head_.entries())) return fault_;
  return Fault{Fault::Kind::kMissing, next_};
}

}  // namespace baodao::ledger
