#include "common/ledger/chain.h"

#include <absl/strings/escaping.h>
#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace baodao::ledger {
namespace {

using dispatch::v1::LedgerEntry;
using Entries = std::vector<LedgerEntry>;

// A service, corrected, and another one of 补录.
Entries Written() {
  Entries entries(4);
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].set_person_id("per_a");
    entries[i].set_sequence(i + 1);
    entries[i].set_task_id(i < 3 ? "tsk_a" : "tsk_b");
    entries[i].mutable_time()->set_seconds(1'764'374'400 + static_cast<int64_t>(i));
    entries[i].set_confirmation(dispatch::v1::CONFIRMATION_CORRECTION);
    entries[i].set_reason("记错了");
    entries[i].set_confirmer_id("per_c");
  }
  entries[0].set_minutes(90);
  entries[0].mutable_time()->set_nanos(250'000'000);
  entries[0].set_confirmation(dispatch::v1::CONFIRMATION_EVALUATION);
  entries[0].clear_reason();
  entries[0].set_confirmer_id("per_b");
  entries[1].set_minutes(-90);
  entries[1].set_reverses(1);
  entries[2].set_minutes(60);
  entries[3].set_minutes(45);
  entries[3].set_confirmation(dispatch::v1::CONFIRMATION_MANUAL);
  return entries;
}

void Chain(Entries* entries, size_t from = 0) {
  std::string previous;
  for (size_t i = from; i < entries->size(); ++i) {
    previous = HashOf(previous, (*entries)[i]);
    (*entries)[i].set_hash(previous);
  }
}

class ChainTest : public ::testing::Test {
 protected:
  ChainTest() {
    Chain(&entries_);
    SetHead();
  }
  void SetHead() {
    head_.set_person_id("per_a");
    head_.set_entries(static_cast<int64_t>(entries_.size()));
    head_.set_last_hash(entries_.back().hash());
  }
  // "" for none.
  std::string FaultIn(const Entries& entries) const {
    ChainCheck chain(head_);
    for (const LedgerEntry& entry : entries) chain.Add(entry);
    const std::optional<Fault> fault = chain.End();
    return fault ? TextOf(*fault) : "";
  }

  Entries entries_ = Written();
  dispatch::v1::Balance head_;
};

// Computed by another program from the layout that 0034 writes down: archives outlive programs.
TEST_F(ChainTest, TheLayoutIsTheOneThatIsWrittenDown) {
  EXPECT_EQ(absl::BytesToHexString(entries_[0].hash()),
            "f0870152f996aaf164a90f4eafd31d44e64220f015dc193eb2a78aa6476a3537");
  EXPECT_EQ(absl::BytesToHexString(entries_[1].hash()),
            "1228c35b1bb291e21cadda9804fd78714cafdbc4ef799cd90f3bd59100073936");
}

TEST_F(ChainTest, WhatWasWrittenHasNoFault) {
  EXPECT_EQ(FaultIn(entries_), "");
  head_.Clear();
  head_.set_person_id("per_a");
  EXPECT_EQ(FaultIn({}), "") << "nobody has credited anything";
}

TEST_F(ChainTest, EveryChangedByteShows) {
  const google::protobuf::LogSilencer silencer;  // of texts that are no UTF-8
  int changes = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const std::string bytes = entries_[i].SerializeAsString();
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (int mask = 1; mask < 256; ++mask) {
        std::string other = bytes;
        other[at] = static_cast<char>(other[at] ^ mask);
        Entries entries = entries_;
        // An entry that cannot be read shows by itself; some bits of numbers are not read.
        if (!entries[i].ParseFromString(other)) continue;
        using google::protobuf::util::MessageDifferencer;
        if (MessageDifferencer::Equals(entries[i], entries_[i])) continue;
        ++changes;
        ASSERT_NE(FaultIn(entries), "") << "byte " << at << " of entry " << i + 1 << " by " << mask;
      }
    }
  }
  EXPECT_GT(changes, 30'000);
}

TEST_F(ChainTest, WhateverIsTakenOutShows) {
  for (unsigned left = 0; left + 1 < 1U << entries_.size(); ++left) {
    Entries entries;
    std::string first;  // that is missing
    for (size_t i = 0; i < entries_.size(); ++i) {
      if ((left >> i & 1) != 0) {
        entries.push_back(entries_[i]);
      } else if (first.empty()) {
        first = "entry " + std::to_string(i + 1) + " is missing";
      }
    }
    EXPECT_EQ(FaultIn(entries), first);
  }
}

TEST_F(ChainTest, EveryOtherOrderShows) {
  std::vector<size_t> order = {0, 1, 2, 3};
  while (std::ranges::next_permutation(order).found) {
    Entries entries;
    for (const size_t i : order) entries.push_back(entries_[i]);
    EXPECT_THAT(FaultIn(entries), ::testing::EndsWith("is out of order"));
  }
  Entries twice = entries_;
  twice.insert(twice.begin() + 1, entries_[0]);
  EXPECT_EQ(FaultIn(twice), "entry 1 is out of order");
}

// Who changes an entry can compute its hash, too; then it is the next one, or the head, that
// differs.
TEST_F(ChainTest, AChangedEntryWithANewHashShows) {
  Entries entries = entries_;
  entries[1].set_minutes(-80);
  entries[1].set_hash(HashOf(entries[0].hash(), entries[1]));
  EXPECT_EQ(FaultIn(entries), "entry 3 is changed");
  entries = entries_;
  entries[0].set_minutes(900);
  Chain(&entries);
  EXPECT_EQ(FaultIn(entries), "entry 4 is changed") << "the head has another hash";
}

TEST_F(ChainTest, TheLedgerOfSomebodyElseShows) {
  for (LedgerEntry& entry : entries_) entry.set_person_id("per_z");
  Chain(&entries_);
  SetHead();
  EXPECT_EQ(FaultIn(entries_), "entry 1 is changed");
}

TEST_F(ChainTest, EntriesMadeSinceTheHeadWasReadContinueIt) {
  head_.set_entries(3);
  head_.set_last_hash(entries_[2].hash());
  EXPECT_EQ(FaultIn(entries_), "");
  entries_[3].set_minutes(46);
  EXPECT_EQ(FaultIn(entries_), "entry 4 is changed");
}

TEST_F(ChainTest, OnlyTheFirstEntriesMayBeOlderThanHashes) {
  Entries entries = Written();
  Chain(&entries, 2);
  entries_ = entries;
  SetHead();
  EXPECT_EQ(FaultIn(entries), "");
  entries[2].clear_hash();
  EXPECT_EQ(FaultIn(entries), "entry 4 is changed");
  for (LedgerEntry& entry : entries) entry.clear_hash();
  EXPECT_EQ(FaultIn(entries), "entry 4 is changed") << "the head has a hash";
}

}  // namespace
}  // namespace baodao::ledger
