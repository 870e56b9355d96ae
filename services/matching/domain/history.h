// A person's recent services and no-shows: how far they can be relied on, and whom and where they
// know.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"

namespace baodao::matching {

// Index of a person in the candidate index; stays for the life of the process.
using PersonSlot = int32_t;

class History {
 public:
  struct Entry {
    std::string task_id;
    Time end;
    std::string area_code;
    PersonSlot requester = -1;  // -1: nobody in particular
    bool missed = false;        // accepted, and did not come
  };

  // In place of what was known of the task.
  void Put(Entry entry);
  void Remove(std::string_view task_id);
  // Drops what ended before.
  void DropBefore(Time time);

  int32_t served() const { return static_cast<int32_t>(entries_.size()) - missed_; }
  int32_t missed() const { return missed_; }
  bool ServedFor(PersonSlot requester) const;
  bool ServedIn(std::string_view area_code) const;
  bool empty() const { return entries_.empty(); }

 private:
  void Sum();

  std::vector<Entry> entries_;
  // Sums of the entries, for callers that ask about many tasks; lists are distinct and ascending.
  int32_t missed_ = 0;
  std::vector<PersonSlot> requesters_;
  std::vector<std::string> areas_;
};

}  // namespace baodao::matching
