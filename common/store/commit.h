// One atomic write: what a handler decided, applied by the `commit` function all or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"

namespace baodao::store {

// A record as read: version 0 and no bytes when it does not exist.
struct Stored {
  uint64_t version = 0;
  std::string bytes;
  bool exists() const { return version != 0; }
};

// Identifies a mutation a client may send again. `fingerprint` is a hash of method and request: the
// same request_id with another fingerprint is refused as REQUEST_ID_REUSED.
struct RequestKey {
  std::string caller;
  std::string request_id;
  uint64_t fingerprint = 0;
};

// All keys of one commit lie in one shard. Order: requests are looked up first (a known one stops
// the commit and its stored answer is returned), then every expected version is compared (a
// difference stops the commit), then everything is written. Nothing is written by a commit that
// stops. A key holds one kind of thing for ever (record, index, hash, value, stream).
class Commit {
 public:
  explicit Commit(int shard) : shard_(shard) {}

  // Writes a record, expecting the version read (0: it must not exist). Its version becomes
  // expected + 1. At most one Put or Delete for a key.
  void Put(std::string key, uint64_t expected, std::string bytes);
  void Delete(std::string key, uint64_t expected);
  // Only compares.
  void Expect(std::string key, uint64_t expected);

  // Sorted-set indexes. Members are ids; equal scores order by member.
  void IndexAdd(std::string key, double score, std::string member);
  void IndexRemove(std::string key, std::string member);
  // Fields of a hash: parts of an aggregate guarded by their root record's version.
  void SetField(std::string key, std::string field, std::string bytes);
  void RemoveField(std::string key, std::string field);
  // Removes a counter (Store::Increment), an index or a hash as a whole.
  void Remove(std::string key);
  // Appends to a stream kept for readers (audits), trimmed to about `max_length` entries.
  void Append(std::string stream_key, std::string bytes, uint64_t max_length);

  // Appends an Event (serialized baodao.events.v1.Event) to this service's outbox of the shard.
  void Emit(std::string event_bytes);
  // Timers of this service in this shard. `member` is "<kind>|<id>[|extra]"; setting it again moves
  // it.
  void SetTimer(std::string member, Time due);
  void ClearTimer(std::string member);

  // Keeps `answer` under the request for 24 hours. A batch may answer several requests, but no
  // request twice: Apply refuses such a commit (answer the copies yourself, with the first's).
  void Answer(RequestKey request, std::string answer);
  // Keeps only the fingerprint, in the caller's shard, so that a request_id sent again with another
  // payload is noticed whatever it targets. A mark (or an answer) already there with the same
  // fingerprint does not stop the commit; an Answer may follow a Mark of the same shard.
  void Mark(RequestKey request);
  // The commit stops as kTooLate when Redis' clock has passed this: fences a writer that was
  // paused.
  void NotAfter(Time time);

  int shard() const { return shard_; }

  enum class Op {
    kPut,
    kDelete,
    kIndexAdd,
    kIndexRemove,
    kSetField,
    kRemoveField,
    kRemove,
    kAppend,
    kEmit,
    kSetTimer,
    kClearTimer
  };
  struct Check {
    std::string key;
    uint64_t version;
  };
  struct Write {
    Op op;
    std::string key;       // empty for kEmit, kSetTimer, kClearTimer: the store knows those keys
    std::string member;    // member or field
    std::string bytes;     // value; for kPut without the version prefix
    double number = 0;     // score, milliseconds since the epoch, or maximal length
    uint64_t version = 0;  // kPut: the version to write; kDelete: the version expected
  };
  struct Request {
    RequestKey key;
    std::string answer;
    bool marker_only = false;
  };
  // Those of Expect; Put and Delete carry their own.
  const std::vector<Check>& checks() const { return checks_; }
  const std::vector<Write>& writes() const { return writes_; }
  const std::vector<Request>& requests() const { return requests_; }
  std::optional<Time> not_after() const { return not_after_; }
  // Whether applying it would neither compare nor write anything.
  bool empty() const { return checks_.empty() && writes_.empty() && requests_.empty(); }

 private:
  friend class RecordCache;  // takes the bytes once they are written

  int shard_;
  std::vector<Check> checks_;
  std::vector<Write> writes_;
  std::vector<Request> requests_;
  std::optional<Time> not_after_;
};

struct CommitOutcome {
  enum class Kind {
    kApplied,
    kConflict,  // some record is no longer at the version expected: load and decide again
    kReplayed,  // some request is already known: see replays; nothing was written
    kTooLate,   // NotAfter has passed; nothing was written
  };
  struct Replay {
    size_t request = 0;         // index into Commit::requests()
    bool same_payload = false;  // false: the request_id was used for something else
    std::string answer;         // as stored by the first commit
  };
  Kind kind = Kind::kApplied;
  std::vector<Replay> replays;
};

}  // namespace baodao::store
