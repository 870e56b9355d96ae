// A replica of a consumer group. See group_consumer.h.
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/async/signal.h"
#include "common/events/detail/lane.h"
#include "common/events/detail/members.h"
#include "common/events/detail/streams.h"
#include "common/events/group_consumer.h"
#include "common/redis/script.h"

namespace baodao::events::detail {

// One stream as its group sees it: the events of a service and shard, or the requeued ones.
struct GroupStream : Stream {
  GroupStream(asio::io_context& loop, std::string service, int shard)
      : service(std::move(service)), shard(shard), pause(loop) {}

  std::string service;  // empty: requeued events, which name theirs
  int shard;
  std::string cursors_key;  // where the cursor lies, and under what field
  std::string field;
  uint64_t count = 0;  // of the cursor; its id is Stream::position
  uint64_t term = 0;   // under which it was taken
  bool dirty = false;  // the cursor moved and is not saved
  bool fresh = false;  // nothing was delivered since the shard came here
  // Events still to be handled one by one, their start noted, because the last owner did not get
  // past the first: one of them may kill the process that handles it.
  int suspects = 0;
  // Events still to be handled one by one, because a batch of them failed.
  size_t alone = 0;
  Signal pause;  // between two tries
};

class Group final : public GroupConsumer {
 public:
  Group(asio::io_context& loop, redis::Client& client, Clock& clock, GroupOptions options,
        Handler handler, BatchHandler together = {});

  Task<void> Run() override;
  void Stop() override;
  GroupStats stats() const override;

 private:
  struct Shard {
    enum class State { kAway, kComing, kHere };
    State state = State::kAway;
    std::vector<GroupStream*> streams;
    Lane* lane = nullptr;
  };

  // group.cc: who owns which shard.
  Task<bool> Prepare();
  Task<void> RunLoops();
  void AddStream(const std::string& service, int shard);
  void AddLanes(bool cluster);
  Task<void> Assign();
  Task<void> Come(Shard& shard);
  void Release(Shard& shard);
  void ReleaseAll();
  Task<absl::Status> Load(Shard& shard);
  Task<void> KeepMembership();
  Task<void> RunLane(Lane* lane);

  // group_cursors.cc
  static redis::Script TakeScript();
  static redis::Script SaveScript();
  Task<absl::StatusOr<redis::Reply>> Begin(const GroupStream& stream);
  Task<int> NoteStart(GroupStream& stream, std::string id);
  Task<void> TakeNoteBack(GroupStream& stream, std::string id);
  Task<void> KeepCursors();
  // Streams by their shards.
  Task<void> Save(std::vector<std::vector<GroupStream*>> shards);
  Task<void> SaveAll();
  Task<void> CheckTerms();
  void Lose(GroupStream& stream);

  // group_handling.cc
  Task<void> HandleAll(Stream& stream, std::vector<Entry> entries);
  Task<size_t> HandleTogether(GroupStream& stream, std::span<const Entry> entries);
  Task<bool> HandleOne(GroupStream& stream, const Entry& entry);
  Task<bool> Try(GroupStream& stream, Delivery& delivery, const Entry& entry, bool noted);
  Task<bool> TryDeadLetter(const Delivery& delivery, const Entry& entry, std::string error);
  Task<bool> Pass(GroupStream& stream, Delivery dead);
  Task<bool> Pause(GroupStream& stream, Millis delay);
  Task<void> Advance(GroupStream& stream, const Entry& entry);

  asio::io_context& loop_;
  redis::Client& client_;
  Clock& clock_;
  GroupOptions options_;
  Handler handler_;
  BatchHandler together_;  // empty: events are handled one by one only
  Members members_;
  redis::Script take_;
  redis::Script save_;
  std::deque<GroupStream> streams_;
  std::vector<Shard> shards_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Signal beat_;   // ends the wait for the next heartbeat
  Signal dirty_;  // some cursor moved
  Signal ended_;  // a loop of this consumer ended
  int loops_ = 0;
  bool stopping_ = false;
  GroupStats stats_;
};

}  // namespace baodao::events::detail
