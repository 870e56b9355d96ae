#include "common/store/detail/wire.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <cassert>
#include <charconv>
#include <utility>

#include "common/redis/errors.h"
#include "common/store/detail/binary.h"
#include "common/store/detail/functions.h"

namespace baodao::store::detail {
namespace {

using Op = Commit::Op;

// Positions in COMMANDS of commit.lua.
enum Code : uint8_t { kEvents, kZAdd, kZRem, kHSet, kHDel, kDel, kXAdd };

// Lua can pass no more than some thousands of arguments to one command.
constexpr size_t kMaxArguments = 500;

Code CodeOf(Op op) {
  switch (op) {
    case Op::kEmit:
      return kEvents;
    case Op::kIndexAdd:
    case Op::kSetTimer:
      return kZAdd;
    case Op::kIndexRemove:
    case Op::kClearTimer:
      return kZRem;
    case Op::kSetField:
      return kHSet;
    case Op::kRemoveField:
      return kHDel;
    case Op::kRemove:
      return kDel;
    case Op::kAppend:
      return kXAdd;
    case Op::kPut:
    case Op::kDelete:
      break;
  }
  assert(false && "records are no operations");
  return kDel;
}

void Append16(std::string& head, size_t number) {
  assert(number <= 0xFFFF);
  head += static_cast<char>(number >> 8);
  head += static_cast<char>(number);
}

size_t Count(const std::vector<Commit::Write>& writes, Op op) {
  size_t count = 0;
  for (const Commit::Write& write : writes) count += write.op == op;
  return count;
}

absl::Status CheckShard(const Commit& commit, const std::string& key) {
  if (Keys::ShardOf(key) == commit.shard()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("commit of shard ", commit.shard(), " touches ", key));
}

}  // namespace

std::string ScoreText(double score) {
  char digits[40];
  const std::to_chars_result result = std::to_chars(digits, digits + sizeof(digits), score);
  return std::string(digits, result.ptr);
}

absl::Status CheckCommit(const Commit& commit) {
  // Counts are 16 bits on the wire, and a write takes four arguments at most.
  constexpr size_t kMaxWrites = 15'000;
  if (commit.writes().size() + commit.checks().size() + commit.requests().size() > kMaxWrites) {
    return absl::InvalidArgumentError(
        absl::StrCat("commit of ", commit.writes().size(), " writes is too large"));
  }
  absl::flat_hash_set<std::string_view> records;
  for (const Commit::Write& write : commit.writes()) {
    const bool is_record = write.op == Op::kPut || write.op == Op::kDelete;
    if (is_record && !records.insert(write.key).second) {
      return absl::InvalidArgumentError(absl::StrCat("commit writes a record twice: ", write.key));
    }
    if (write.key.empty()) continue;  // an event or a timer: the store knows the key
    if (absl::Status status = CheckShard(commit, write.key); !status.ok()) return status;
  }
  for (const Commit::Check& check : commit.checks()) {
    if (absl::Status status = CheckShard(commit, check.key); !status.ok()) return status;
  }
  if (commit.requests().size() < 2) return absl::OkStatus();
  absl::flat_hash_set<std::pair<std::string_view, std::string_view>> requests;
  for (const Commit::Request& request : commit.requests()) {
    if (!requests.emplace(request.key.caller, request.key.request_id).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("commit answers a request twice: ", request.key.request_id));
    }
  }
  return absl::OkStatus();
}

std::string_view Wire::Own(std::string text) { return owned_.emplace_back(std::move(text)); }

void Wire::AddRequests(const Commit& commit) {
  for (const Commit::Request& request : commit.requests()) {
    key_list_.push_back(
        Own(keys_.Answer(commit.shard(), request.key.caller, request.key.request_id)));
    arguments_.push_back(Own(RequestText(request)));
  }
}

// Records to put come first, then those to delete, then those only compared.
void Wire::AddRecords(const Commit& commit, std::vector<std::string_view>& values) {
  std::vector<std::string_view> deletes;
  for (const Commit::Write& write : commit.writes()) {
    if (write.op == Op::kPut) {
      key_list_.push_back(write.key);
      values.push_back(Own(RecordText(write.version, write.bytes)));
    } else if (write.op == Op::kDelete) {
      deletes.push_back(write.key);
    }
  }
  key_list_.insert(key_list_.end(), deletes.begin(), deletes.end());
  const auto add_versions = [&](Op op) {
    for (const Commit::Write& write : commit.writes()) {
      if (write.op != op) continue;
      const uint64_t expected = op == Op::kPut ? write.version - 1 : write.version;
      arguments_.push_back(expected == 0 ? std::string_view() : Own(Fixed64(expected)));
    }
  };
  add_versions(Op::kPut);
  add_versions(Op::kDelete);
  for (const Commit::Check& check : commit.checks()) {
    key_list_.push_back(check.key);
    arguments_.push_back(check.version == 0 ? std::string_view() : Own(Fixed64(check.version)));
  }
}

// Operations of one kind on one key become one command, as long as no other kind came in between.
std::vector<Wire::Operation> Wire::Operations(const Commit& commit) {
  std::vector<Operation> operations;
  std::string_view events, timers;
  const auto find = [&](Code code, std::string_view key) -> Operation& {
    for (auto last = operations.rbegin(); last != operations.rend() && code <= kHDel; ++last) {
      if (last->key != key) continue;
      if (last->code == code && last->arguments.size() < kMaxArguments) return *last;
      break;
    }
    return operations.emplace_back(Operation{code, key, {}});
  };
  for (const Commit::Write& write : commit.writes()) {
    if (write.op == Op::kPut || write.op == Op::kDelete) continue;
    std::string_view key = write.key;
    if (write.op == Op::kEmit) {
      if (events.empty()) events = Own(keys_.Events(commit.shard()));
      key = events;
    } else if (write.op == Op::kSetTimer || write.op == Op::kClearTimer) {
      if (timers.empty()) timers = Own(keys_.Timers(commit.shard()));
      key = timers;
    }
    auto& arguments = find(CodeOf(write.op), key).arguments;
    switch (write.op) {
      case Op::kIndexAdd:
      case Op::kSetTimer:
        arguments.push_back(Own(ScoreText(write.number)));
        arguments.push_back(write.member);
        break;
      case Op::kSetField:
        arguments.push_back(write.member);
        arguments.push_back(write.bytes);
        break;
      case Op::kIndexRemove:
      case Op::kRemoveField:
      case Op::kClearTimer:
        arguments.push_back(write.member);
        break;
      case Op::kAppend:
        arguments.insert(arguments.end(), {"MAXLEN", "~"});
        arguments.push_back(Own(absl::StrCat(static_cast<int64_t>(write.number))));
        arguments.insert(arguments.end(), {"*", "e"});
        arguments.push_back(write.bytes);
        break;
      case Op::kEmit:
        arguments.push_back(write.bytes);
        break;
      default:
        break;
    }
  }
  return operations;
}

void Wire::Add(const Commit& commit) {
  const size_t puts = Count(commit.writes(), Op::kPut);
  const size_t deletes = Count(commit.writes(), Op::kDelete);
  const std::vector<Operation> operations = Operations(commit);
  const size_t head_at = arguments_.size();
  const size_t first_key = key_list_.size();
  arguments_.emplace_back();
  if (commit.not_after()) {
    arguments_.push_back(Own(absl::StrCat(commit.not_after()->time_since_epoch().count())));
  }
  AddRequests(commit);
  std::vector<std::string_view> values;
  AddRecords(commit, values);
  arguments_.insert(arguments_.end(), values.begin(), values.end());
  for (const Operation& operation : operations) {
    key_list_.push_back(operation.key);
    arguments_.insert(arguments_.end(), operation.arguments.begin(), operation.arguments.end());
  }
  std::string head;
  head.reserve(15 + 3 * operations.size());
  head += commit.not_after() ? '\1' : '\0';
  Append16(head, commit.requests().size());
  Append16(head, puts + deletes + commit.checks().size());
  Append16(head, puts);
  Append16(head, deletes);
  Append16(head, operations.size());
  Append16(head, key_list_.size() - first_key);
  Append16(head, arguments_.size() - head_at - 1);
  for (const Operation& operation : operations) {
    head += static_cast<char>(operation.code);
    Append16(head, operation.arguments.size());
  }
  arguments_[head_at] = Own(std::move(head));
  ++commits_;
}

redis::Command Wire::Build() const {
  redis::Command command(key_list_.empty() ? std::string_view() : key_list_.front());
  size_t bytes = 64;
  for (const std::string_view key : key_list_) bytes += key.size() + 16;
  for (const std::string_view argument : arguments_) bytes += argument.size() + 16;
  command.Reserve(bytes).Add("FCALL").Add(kCommitFunction).Add(key_list_.size());
  for (const std::string_view key : key_list_) command.Add(key);
  for (const std::string_view argument : arguments_) command.Add(argument);
  return command;
}

absl::StatusOr<CommitOutcome> ParseOutcome(const redis::Reply& reply, size_t index,
                                           const Commit& commit) {
  CommitOutcome outcome;
  if (reply.IsInteger() && reply.integer == 0) return outcome;
  if (!reply.IsArray() || index >= reply.items.size()) {
    return absl::InternalError("the commit function answered something unknown");
  }
  const redis::Reply& item = reply.items[index];
  if (item.IsError()) return redis::ErrorReply(item.text);
  if (item.IsInteger()) {
    switch (item.integer) {
      case 0:
        return outcome;
      case 1:
        outcome.kind = CommitOutcome::Kind::kConflict;
        return outcome;
      case 2:
        outcome.kind = CommitOutcome::Kind::kTooLate;
        return outcome;
    }
  }
  outcome.kind = CommitOutcome::Kind::kReplayed;
  for (size_t i = 0; i + 1 < item.items.size(); i += 2) {
    const size_t request = static_cast<size_t>(item.items[i].integer);
    if (request >= commit.requests().size()) return absl::InternalError("no such request");
    outcome.replays.push_back(
        ParseReplay(request, commit.requests()[request].key.fingerprint, item.items[i + 1].text));
  }
  if (outcome.replays.empty()) return absl::InternalError("the commit function named no request");
  return outcome;
}

}  // namespace baodao::store::detail
