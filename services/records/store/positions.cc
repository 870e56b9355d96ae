#include "services/records/store/positions.h"

#include "services/records/store/query.h"

namespace baodao::records {

StreamPositions::StreamPositions(soci::session& sql)
    : read_((sql.prepare << "SELECT stream_id FROM positions WHERE service = :service AND shard = "
                            ":shard",
             soci::use(stream_.service, "service"), soci::use(stream_.shard, "shard"),
             soci::into(id_))),
      move_((sql.prepare << "UPDATE positions SET stream_id = :after, events = events + :events "
                            "WHERE service = :service AND shard = :shard AND stream_id = :before",
             soci::use(after_, "after"), soci::use(events_, "events"),
             soci::use(stream_.service, "service"), soci::use(stream_.shard, "shard"),
             soci::use(before_, "before"))) {}

StreamId StreamPositions::Read(const StreamName& stream) {
  stream_ = stream;
  return ReadOne(read_) ? StreamId::Parse(id_) : StreamId();
}

bool StreamPositions::Move(const StreamName& stream, const StreamId& from, const StreamId& to,
                           int64_t events) {
  stream_ = stream;
  before_ = from.Text();
  after_ = to.Text();
  events_ = events;
  move_.execute(true);
  return move_.get_affected_rows() == 1;
}

}  // namespace baodao::records
