// What there is to say about a type of record: once, as one constant.
//
//   inline constexpr record::Type<v1::ProjectRecord> kProject{
//       .id = [](const v1::ProjectRecord& record) { return record.project().project_id(); },
//       …};
//
// Its name and the prefix of its ids stand on the message: option (baodao.record.v1.type).
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "baodao/record/v1/type.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"
#include "common/rpc/access.h"

namespace baodao::record {

// A record and the version it was read at; 0: there is none.
template <class Record>
struct Versioned {
  Record record;
  uint64_t version = 0;
  bool exists() const { return version != 0; }
};

// Where a record stands in lists. All lists order by creation.
class Places {
 public:
  struct Place {
    enum class Kind { kArea, kOwner, kAll };
    Kind kind = Kind::kAll;
    std::string code;  // of the area, or the owner's id
    int state = 0;
    bool operator==(const Place&) const = default;
  };

  // In the lists of its area and of all areas above it: of its state, and of any.
  Places& InArea(std::string code, int state = 0) {
    return Add({Place::Kind::kArea, std::move(code), state});
  }
  // In the list of what belongs to a person or a unit. Nobody's (empty) is in no list.
  Places& Of(std::string owner_id) {
    return owner_id.empty() ? *this : Add({Place::Kind::kOwner, std::move(owner_id)});
  }
  // In the list of all records of its shard.
  Places& InAll() { return Add({}); }
  // What lists filter by, kept in them: a category.
  Places& Tagged(std::string tag) {
    tag_ = std::move(tag);
    return *this;
  }

  const std::vector<Place>& places() const { return places_; }
  const std::string& tag() const { return tag_; }

 private:
  Places& Add(Place place) {
    places_.push_back(std::move(place));
    return *this;
  }

  std::vector<Place> places_;
  std::string tag_;
};

// Which shard a record lives in, and so which lists lie in one.
enum class Shards {
  kByArea,   // that of its area's subdistrict
  kByOwner,  // its owner's
  kOther,
};

// What is left out does not exist for the type. All functions are pure.
template <class Record>
struct Type {
  std::string (*id)(const Record& record);

  Shards shards = Shards::kByArea;
  Places (*places)(const Record& record) = nullptr;

  // For access rules: its area and the people who own it.
  rpc::Scope (*scope)(const Record& record) = nullptr;

  int (*state)(const Record& record) = nullptr;
  // google::protobuf::GetEnumDescriptor<…State>, and the moves of the machine.
  const google::protobuf::EnumDescriptor* (*states)() = nullptr;
  std::vector<Move> (*moves)() = nullptr;
  // The state that a change passed through without stopping; 0: none.
  int (*passed)(const Record& before, const Record& after) = nullptr;

  // Fills what a change tells others (the header is filled for it); false: nothing. A new record's
  // `before` is empty and has version 0.
  bool (*event)(const Versioned<Record>& before, const Record& after,
                events::v1::Event* event) = nullptr;

  // When the clock moves the record next, and what it does then: `lapse`, or what the service hooks
  // in, or it deletes the record.
  std::optional<Time> (*deadline)(const Record& record) = nullptr;
  void (*lapse)(Record* record, Time now) = nullptr;
  bool deleted_at_deadline = false;
};

// What clients know a version by, and whether it is still the one: STALE_VERSION when not. An empty
// one is any.
std::string EtagOf(uint64_t version);
absl::Status CheckEtag(std::string_view etag, uint64_t version);

// The name and the prefix of the type.
template <class Record>
const record::v1::Type& Named() {
  return Record::descriptor()->options().GetExtension(record::v1::type);
}

}  // namespace baodao::record
