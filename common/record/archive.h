// The place where records go that are over: `records` keeps them for good
// (ops/decisions/0029-what-is-over-leaves-redis.md).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/config/config.h"
#include "common/rpc/client.h"
#include "common/store/commit.h"

namespace baodao::record {

// Loop thread only. PEER_UNAVAILABLE while `records` cannot be reached.
class Archive {
 public:
  virtual ~Archive() = default;

  // On disk when OK: since when it is there in this version. Among several versions of a record the
  // newest stays, however often each is sent. STALE_VERSION where another record is there under
  // this version or a newer one. `owner_id`: the person with whose account it is deleted; empty:
  // it stays for good.
  virtual Task<absl::StatusOr<Time>> Keep(std::string id, std::string owner_id,
                                          store::Stored record) = 0;
  // As it was kept last; version 0 where it never was.
  virtual Task<absl::StatusOr<store::Stored>> Find(std::string id) = 0;
};

// `channel`, to `records`, outlives it.
std::unique_ptr<Archive> NewArchive(rpc::Channel& channel);

// How long what is over stays in the store, by its kind ("task").
struct KeepTimes {
  Millis all{0};
  std::map<std::string, Millis, std::less<>> differing;

  Millis Of(std::string_view kind) const;
};
// By the settings keep_ended and keep_<kind>.
KeepTimes KeepTimesOf(const config::Config& config);

// How long until the archive is asked again about what it did not take, or lacks: ten minutes, less
// for what is kept for a short time.
Millis AskAgainAfter(Millis keep);

// When a record that is over leaves the store, and for where.
struct Retirement {
  Archive* archive = nullptr;  // none: nothing leaves
  KeepTimes keep;

  // It is copied some time before it leaves: a backup of the archive made in between has it, too.
  Time CopyAt(std::string_view type, Time over_since) const;
  // Copies it. Answers when it may leave, or is to be copied again: at once where that is not after
  // `now`. A record that the archive does not take waits, so that others of the service's timers go
  // first.
  Task<Time> Copy(std::string type, std::string id, std::string owner_id, store::Stored record,
                  Time over_since, Time now) const;

  // The archived record, or NOT_FOUND. Nobody is asked for an id so young that it cannot have left,
  // also where it was kept for a shorter time an hour ago.
  Task<absl::StatusOr<store::Stored>> Find(std::string type, std::string id, Time now) const;
};

}  // namespace baodao::record
