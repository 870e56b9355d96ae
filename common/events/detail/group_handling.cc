// One event after the other, until each is handled or a dead letter.
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "common/events/detail/delivery.h"
#include "common/events/detail/group.h"
#include "common/log/log.h"

namespace baodao::events::detail {

Task<void> Group::HandleAll(Stream& base, std::vector<Entry> entries) {
  GroupStream& stream = static_cast<GroupStream&>(base);
  std::span<const Entry> left(entries);
  while (!left.empty()) {
    if (!members_.Alive()) ReleaseAll();
    if (stopping_ || !stream.enabled) co_return;
    const size_t together = co_await HandleTogether(stream, left);
    if (together > 0) {
      left = left.subspan(together);
      continue;
    }
    const bool handled = co_await HandleOne(stream, left.front());
    if (!handled) co_return;
    co_await Advance(stream, left.front());
    if (stream.alone > 0) --stream.alone;
    left = left.subspan(1);
  }
}

// How many of the entries were handled as one batch; 0: the first is to be handled by itself.
Task<size_t> Group::HandleTogether(GroupStream& stream, std::span<const Entry> entries) {
  const bool requeued = stream.service.empty();
  if (!together_ || requeued || stream.fresh || stream.suspects > 0 || stream.alone > 0) {
    co_return 0;
  }
  std::vector<Delivery> batch;
  for (const Entry& entry : entries) {
    Delivery delivery;
    delivery.service = stream.service;
    delivery.shard = stream.shard;
    delivery.id = entry.id;
    delivery.previous = batch.empty() ? stream.position : batch.back().id;
    if (!ParseEvent(entry, delivery).ok()) break;
    batch.push_back(std::move(delivery));
  }
  const size_t count = batch.size();
  if (count < 2) co_return 0;
  const absl::Status status = co_await DeliverTogether(together_, std::move(batch));
  if (!status.ok()) {
    log::Warn("events.batch_failed", {{"group", options_.group},
                                      {"stream", stream.key},
                                      {"first", entries.front().id},
                                      {"events", static_cast<int64_t>(count)},
                                      {"status", status}});
    // An outage is waited out with the first event; anything else is the fault of one of them.
    stream.alone = IsOutage(status) ? 1 : count;
    co_return 0;
  }
  stats_.handled += count;
  for (const Entry& entry : entries.first(count)) co_await Advance(stream, entry);
  co_return count;
}

// False when it was given up because the shard goes elsewhere or the consumer stops.
Task<bool> Group::HandleOne(GroupStream& stream, const Entry& entry) {
  Delivery delivery;
  delivery.shard = stream.shard;
  const bool requeued = stream.service.empty();
  delivery.requeued = requeued;
  delivery.service = requeued ? std::string(entry.Field("service")) : stream.service;
  delivery.id = requeued ? std::string(entry.Field("id")) : entry.id;
  if (!requeued) delivery.previous = stream.position;
  const bool noted = stream.fresh || stream.suspects > 0;
  if (noted) delivery.attempt = co_await NoteStart(stream, entry.id);
  std::string error;
  if (absl::Status parsed = ParseEvent(entry, delivery); !parsed.ok()) {
    error = std::string(parsed.message());
  } else if (delivery.attempt > options_.max_deliveries) {
    error = "whoever handled it died";
  } else {
    co_return co_await Try(stream, delivery, entry, noted);
  }
  while (!co_await TryDeadLetter(delivery, entry, error)) {
    if (!co_await Pause(stream, options_.retry_max)) co_return false;
  }
  co_return co_await Pass(stream, std::move(delivery));
}

// `noted`: each try is noted while it lasts.
Task<bool> Group::Try(GroupStream& stream, Delivery& delivery, const Entry& entry, bool noted) {
  const auto first_try = std::chrono::steady_clock::now();
  Millis delay = options_.retry_min;
  for (;; ++delivery.attempt) {
    const absl::Status status = co_await Deliver(handler_, delivery);
    if (status.ok()) {
      ++stats_.handled;
      co_return true;
    }
    if (noted) co_await TakeNoteBack(stream, entry.id);
    ++stats_.failed;
    log::Warn("events.handler_failed", {{"group", options_.group},
                                        {"stream", stream.key},
                                        {"id", entry.id},
                                        {"attempt", delivery.attempt},
                                        {"status", status}});
    const bool patient =
        IsOutage(status) && std::chrono::steady_clock::now() - first_try < options_.outage_patience;
    if (delivery.attempt >= options_.max_deliveries && !patient &&
        co_await TryDeadLetter(delivery, entry, status.ToString())) {
      co_return co_await Pass(stream, delivery);
    }
    if (!co_await Pause(stream, delay)) co_return false;
    if (noted) (void)co_await NoteStart(stream, entry.id);
    delay = std::min(delay * 2, options_.retry_max);
  }
}

Task<bool> Group::TryDeadLetter(const Delivery& delivery, const Entry& entry, std::string error) {
  absl::Status buried = co_await DeadLetter(client_, options_.group, delivery,
                                            std::string(entry.Field("e")), error, clock_.Now());
  if (!buried.ok()) co_return false;
  ++stats_.dead_letters;
  log::Error("events.dead_letter", {{"group", options_.group},
                                    {"service", delivery.service},
                                    {"shard", delivery.shard},
                                    {"id", delivery.id},
                                    {"error", error}});
  co_return true;
}

// Tells a handler of batches that its event is a dead letter. False as in HandleOne: whoever goes
// on makes it one once more.
Task<bool> Group::Pass(GroupStream& stream, Delivery dead) {
  if (!together_ || dead.requeued) co_return true;
  dead.event.Clear();
  for (Millis delay = options_.retry_min;; delay = std::min(delay * 2, options_.retry_max)) {
    const absl::Status status = co_await Deliver(handler_, dead);
    if (status.ok()) co_return true;
    log::Warn(
        "events.dead_letter_not_passed",
        {{"group", options_.group}, {"stream", stream.key}, {"id", dead.id}, {"status", status}});
    if (!co_await Pause(stream, delay)) co_return false;
  }
}

// Whether to go on with the event.
Task<bool> Group::Pause(GroupStream& stream, Millis delay) {
  if (stopping_ || !stream.enabled) co_return false;
  co_await stream.pause.WaitFor(delay);
  co_return !stopping_ && stream.enabled;
}

Task<void> Group::Advance(GroupStream& stream, const Entry& entry) {
  stream.position = entry.id;
  ++stream.count;
  if (stream.service.empty()) {
    redis::Command command = redis::Command::On(stream.key, "XDEL", stream.key, entry.id);
    (void)co_await client_.Call(std::move(command));  // the cursor keeps it from coming again
  }
  stream.dirty = true;
  if (stream.suspects > 0 && --stream.suspects >= 0) {
    std::vector<std::vector<GroupStream*>> one{{&stream}};
    co_await Save(std::move(one));
  } else {
    dirty_.Notify();
  }
}

}  // namespace baodao::events::detail
