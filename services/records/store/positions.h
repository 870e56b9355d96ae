// The statements for the position of one stream, prepared once for a connection.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <string>

#include "services/records/domain/stream_id.h"

namespace baodao::records {

class StreamPositions {
 public:
  explicit StreamPositions(soci::session& sql);
  // The statements refer to the members.
  StreamPositions(const StreamPositions&) = delete;
  StreamPositions& operator=(const StreamPositions&) = delete;

  // 0-0 where there is none.
  StreamId Read(const StreamName& stream);
  // Moves it from where it was read, and counts the events. False where somebody else has moved it
  // since.
  bool Move(const StreamName& stream, const StreamId& from, const StreamId& to, int64_t events);

 private:
  StreamName stream_;
  std::string id_;
  std::string before_, after_;
  int64_t events_ = 0;
  soci::statement read_;
  soci::statement move_;
};

}  // namespace baodao::records
