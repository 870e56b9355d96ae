// Commits as the keys and arguments of commit.lua's function.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/redis/command.h"
#include "common/redis/reply.h"
#include "common/store/commit.h"
#include "common/store/keys.h"

namespace baodao::store::detail {

// A double as Redis reads it back exactly.
std::string ScoreText(double score);

// INVALID_ARGUMENT for what no commit may hold: a record put or deleted twice, a request twice, a
// key of another shard. Mistakes in the program.
absl::Status CheckCommit(const Commit& commit);

// Several commits for one call. The commits and keys outlive it.
class Wire {
 public:
  explicit Wire(const Keys& keys) : keys_(keys) {}

  void Add(const Commit& commit);
  size_t commits() const { return commits_; }
  redis::Command Build() const;

 private:
  struct Operation {
    uint8_t code = 0;
    std::string_view key;
    std::vector<std::string_view> arguments;
  };
  std::string_view Own(std::string text);
  void AddRequests(const Commit& commit);
  void AddRecords(const Commit& commit, std::vector<std::string_view>& values);
  std::vector<Operation> Operations(const Commit& commit);

  const Keys& keys_;
  size_t commits_ = 0;
  std::vector<std::string_view> key_list_;
  std::vector<std::string_view> arguments_;
  std::deque<std::string> owned_;
};

// The outcome of the `index`-th commit of a call that answered `reply`.
absl::StatusOr<CommitOutcome> ParseOutcome(const redis::Reply& reply, size_t index,
                                           const Commit& commit);

}  // namespace baodao::store::detail
