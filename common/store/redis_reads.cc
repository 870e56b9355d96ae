// The rest of RedisStore: values, indexes, fields, streams, timers.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "common/status/macros.h"
#include "common/store/detail/errors.h"
#include "common/store/detail/functions.h"
#include "common/store/detail/wire.h"
#include "common/store/redis_store.h"

namespace baodao::store {
namespace {

double ParseScore(const std::string& text) {
  double score = 0;
  std::from_chars(text.data(), text.data() + text.size(), score);
  return score;  // 0 where the text is no number
}

Time ParseTime(const std::string& score) {
  return Time(Millis(static_cast<int64_t>(std::llround(ParseScore(score)))));
}

int64_t Ms(Time time) { return time.time_since_epoch().count(); }

// The answer of PTTL, which is less than 0 where there is no end or no key.
Millis LeftOf(const redis::Reply& reply) { return Millis(std::max<int64_t>(reply.integer, 0)); }

redis::Command NextTimerCommand(const std::string& key) {
  return redis::Command::On(key, "ZRANGE", key, 0, 0, "WITHSCORES");
}

std::optional<Time> ParseNextTimer(const redis::Reply& reply) {
  if (reply.items.size() < 2) return std::nullopt;
  return ParseTime(reply.items[1].text);
}

}  // namespace

// NX: a counter whose life time got lost between the two commands gets one with the next call.
Task<absl::StatusOr<Counted>> RedisStore::Increment(std::string key, Millis ttl) {
  std::vector<redis::Command> commands;
  commands.push_back(redis::Command::On(key, "INCR", key));
  commands.push_back(redis::Command::On(key, "PEXPIRE", key, ttl.count(), "NX"));
  commands.push_back(redis::Command::On(key, "PTTL", key));
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await CallEach(std::move(commands));
  for (const auto& reply : replies) CO_RETURN_IF_ERROR(reply.status());
  co_return Counted{replies[0]->integer, LeftOf(*replies[2])};
}

Task<absl::Status> RedisStore::Decrement(std::string key, Millis ttl) {
  std::vector<redis::Command> commands;
  commands.push_back(redis::Command::On(key, "DECR", key));
  commands.push_back(redis::Command::On(key, "PEXPIRE", key, ttl.count(), "NX"));
  const auto replies = co_await CallEach(std::move(commands));
  for (const auto& reply : replies) CO_RETURN_IF_ERROR(reply.status());
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Counted>> RedisStore::ReadCounter(std::string key) {
  std::vector<redis::Command> commands;
  commands.push_back(redis::Command::On(key, "GET", key));
  commands.push_back(redis::Command::On(key, "PTTL", key));
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await CallEach(std::move(commands));
  for (const auto& reply : replies) CO_RETURN_IF_ERROR(reply.status());
  Counted counted;
  if (replies[0]->IsNil()) co_return counted;
  if (!absl::SimpleAtoi(replies[0]->text, &counted.value)) {
    co_return absl::InternalError(absl::StrCat(key, " is no counter"));
  }
  counted.left = LeftOf(*replies[1]);
  co_return counted;
}

Task<absl::StatusOr<std::vector<ScoredMember>>> RedisStore::RangeIndex(std::string key,
                                                                       Range range) {
  redis::Command command(key);
  command.Add("ZRANGE").Add(key);
  command.Add(detail::ScoreText(range.reverse ? range.max : range.min));
  command.Add(detail::ScoreText(range.reverse ? range.min : range.max)).Add("BYSCORE");
  if (range.reverse) command.Add("REV");
  command.Add("LIMIT").Add(range.offset).Add(std::max<int64_t>(range.limit, 0)).Add("WITHSCORES");
  CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await Call(std::move(command)));
  std::vector<ScoredMember> members;
  members.reserve(reply.items.size() / 2);
  for (size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    members.push_back({std::move(reply.items[i].text), ParseScore(reply.items[i + 1].text)});
  }
  co_return members;
}

Task<absl::StatusOr<int64_t>> RedisStore::IndexSize(std::string key, double min) {
  redis::Command command = redis::Command::On(key, "ZCOUNT", key, detail::ScoreText(min), "+inf");
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await Call(std::move(command)));
  co_return reply.integer;
}

Task<absl::StatusOr<std::vector<std::optional<std::string>>>> RedisStore::GetFields(
    std::string key, std::vector<std::string> fields) {
  std::vector<std::optional<std::string>> values(fields.size());
  if (fields.empty()) co_return values;
  redis::Command command = redis::Command::On(key, "HMGET", key);
  command.AddAll(fields);
  CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await Call(std::move(command)));
  for (size_t i = 0; i < values.size() && i < reply.items.size(); ++i) {
    if (!reply.items[i].IsNil()) values[i] = std::move(reply.items[i].text);
  }
  co_return values;
}

Task<absl::StatusOr<std::vector<std::pair<std::string, std::string>>>> RedisStore::ListFields(
    std::string key) {
  redis::Command command = redis::Command::On(key, "HGETALL", key);
  CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await Call(std::move(command)));
  std::vector<std::pair<std::string, std::string>> fields;
  fields.reserve(reply.items.size() / 2);
  for (size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    fields.emplace_back(std::move(reply.items[i].text), std::move(reply.items[i + 1].text));
  }
  co_return fields;
}

Task<absl::StatusOr<std::vector<StreamEntry>>> RedisStore::ReadStream(std::string key,
                                                                      std::string after,
                                                                      bool reverse, int64_t limit) {
  redis::Command command(key);
  if (reverse) {
    command.Add("XREVRANGE").Add(key).Add(after.empty() ? "+" : absl::StrCat("(", after)).Add("-");
  } else {
    command.Add("XRANGE").Add(key).Add(after.empty() ? "-" : absl::StrCat("(", after)).Add("+");
  }
  command.Add("COUNT").Add(std::max<int64_t>(limit, 0));
  CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await Call(std::move(command)));
  std::vector<StreamEntry> entries;
  entries.reserve(reply.items.size());
  for (redis::Reply& item : reply.items) {
    // [id, [field, value]]; a trimmed entry has no fields.
    if (item.items.size() != 2 || item.items[1].items.size() < 2) continue;
    entries.push_back({std::move(item.items[0].text), std::move(item.items[1].items[1].text)});
  }
  co_return entries;
}

Task<absl::StatusOr<std::vector<DueTimer>>> RedisStore::TakeDueTimers(int shard, Time now,
                                                                      Millis lease, int limit) {
  const std::string key = keys_.Timers(shard);
  redis::Command command = redis::Command::On(key, "FCALL", detail::kTakeTimersFunction, 1, key,
                                              Ms(now), Ms(now + lease), std::clamp(limit, 1, 1000));
  CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await CallFunction(std::move(command)));
  std::vector<DueTimer> due;
  due.reserve(reply.items.size() / 2);
  for (size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    due.push_back({std::move(reply.items[i].text), ParseTime(reply.items[i + 1].text)});
  }
  co_return due;
}

Task<absl::StatusOr<std::optional<Time>>> RedisStore::NextTimer(int shard) {
  redis::Command command = NextTimerCommand(keys_.Timers(shard));
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await Call(std::move(command)));
  co_return ParseNextTimer(reply);
}

Task<absl::StatusOr<std::vector<std::optional<Time>>>> RedisStore::NextTimers() {
  std::vector<redis::Command> commands;
  commands.reserve(shards());
  for (int shard = 0; shard < shards(); ++shard) {
    commands.push_back(NextTimerCommand(keys_.Timers(shard)));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await CallEach(std::move(commands));
  std::vector<std::optional<Time>> next;
  for (const absl::StatusOr<redis::Reply>& reply : replies) {
    CO_RETURN_IF_ERROR(reply.status());
    next.push_back(ParseNextTimer(*reply));
  }
  co_return next;
}

}  // namespace baodao::store
