// The description of a record type: once, as one constant.
//
//   inline constexpr record::Type<v1::ProjectRecord, v1::Project> kProject{
//       .view = &v1::ProjectRecord::project,
//       .mutable_view = &v1::ProjectRecord::mutable_project,
//       .id = &v1::Project::project_id,
//       .mutable_id = &v1::Project::mutable_project_id,
//       …};
//
// Its name and the prefix of its ids stand on the message: option (baodao.record.v1.type).
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "baodao/record/v1/type.pb.h"
#include "common/clock/timestamp.h"
#include "common/record/machine.h"
#include "common/rpc/access.h"

namespace baodao::record {

// A record and the version it was read at; 0: there is none.
template <class Record>
struct Versioned {
  Record record;
  uint64_t version = 0;
  bool retired = false;  // read from the archive: it cannot be changed any more
  bool exists() const { return version != 0; }
};

// The lists that a record stands in. Those that a Transaction writes order by creation.
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
  // The text that lists filter by (a category), kept with the member.
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

// The etag of a version, and the check of a request's etag against it: STALE_VERSION when they
// differ. An empty etag fits any version.
std::string EtagOf(uint64_t version);
absl::Status CheckEtag(std::string_view etag, uint64_t version);

// Which shard a record lives in, and so which lists lie in one.
enum class Shards {
  kByArea,   // that of its area's subdistrict
  kByOwner,  // its owner's
  kOther,
};

// `Rec` is what is stored, `Vw` the message within it that clients see. A view with the fields
// area_code, state, category or etag needs no more to stand in the lists of its area, to be counted
// by state, to be filtered and to be updated safely. A function that is left out does not exist for
// the type. All are pure.
template <class Rec, class Vw = Rec>
struct Type {
  using Record = Rec;
  using View = Vw;

  const View& (Record::*view)() const = nullptr;
  View* (Record::*mutable_view)() = nullptr;
  const std::string& (View::*id)() const = nullptr;
  std::string* (View::*mutable_id)() = nullptr;  // for Repository::Create
  // The person who owns it, for access rules.
  const std::string& (View::*owner)() const = nullptr;

  Shards shards = Shards::kByArea;
  // Instead of the lists of its area, by state and category.
  Places (*places)(const Record& record) = nullptr;
  // Records that one person may create in 24 hours: all are kept, and read by coordinators, so that
  // the calls per second alone do not bound them. 0: no limit.
  int created_per_day = 0;

  // The moves of its machine: what is counted.
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

  // States in which it is over, for good or nearly so: some time after its update_time it leaves
  // the store for the archive (see Retirement).
  bool (*over)(int state) = nullptr;
  // The person with whose account the archive deletes it.
  const std::string& (View::*private_to)() const = nullptr;

  static constexpr bool kHasArea = requires(const View& shown) { shown.area_code(); };
  static constexpr bool kHasState = requires(const View& shown) { shown.state(); };
  static constexpr bool kHasEtag = requires(const View& shown) { shown.etag(); };

  const View& ViewOf(const Record& record) const {
    if constexpr (std::is_same_v<Record, View>) {
      return record;
    } else {
      return (record.*view)();
    }
  }
  const std::string& IdOf(const Record& record) const { return (ViewOf(record).*id)(); }
  int StateOf(const Record& record) const {
    if constexpr (kHasState) return ViewOf(record).state();
    return 0;
  }
  // Since when it is over; nothing where it is not.
  std::optional<Time> OverSince(const Record& record) const {
    if constexpr (requires { ViewOf(record).update_time(); }) {
      if (over != nullptr && over(StateOf(record))) return ToTime(ViewOf(record).update_time());
    }
    return std::nullopt;
  }
  // Empty: the archive keeps it for good.
  std::string PersonOf(const Record& record) const {
    return private_to == nullptr ? std::string() : (ViewOf(record).*private_to)();
  }
  // Null where it has no state.
  static const google::protobuf::EnumDescriptor* States() {
    if constexpr (kHasState) {
      return google::protobuf::GetEnumDescriptor<decltype(std::declval<const View&>().state())>();
    }
    return nullptr;
  }
  bool IsListed() const { return places != nullptr || kHasArea; }
  Places PlacesOf(const Record& record) const {
    if (places != nullptr) return places(record);
    Places found;
    if constexpr (kHasArea) {
      const View& shown = ViewOf(record);
      found.InArea(shown.area_code(), StateOf(record));
      if constexpr (requires { shown.category(); }) found.Tagged(shown.category());
    }
    return found;
  }
  // For access rules: its area and its owner.
  rpc::Scope ScopeOf(const Record& record) const {
    rpc::Scope scope;
    const View& shown = ViewOf(record);
    if constexpr (kHasArea) scope.area_code = shown.area_code();
    if (owner != nullptr && !(shown.*owner)().empty()) scope.owner_ids.push_back((shown.*owner)());
    return scope;
  }
  // The version that its etag tells, without those that a record with unedited_versions counts.
  static uint64_t EditOf(uint64_t version, const Record& record) {
    if constexpr (requires { record.unedited_versions(); }) {
      return version - record.unedited_versions();
    }
    return version;
  }
  void SetEtag(uint64_t version, Record* record) const {
    if constexpr (kHasEtag) {
      (record->*mutable_view)()->set_etag(EtagOf(EditOf(version, *record)));
    }
  }
};

// The name and the prefix of the type.
template <class Record>
const record::v1::Type& Named() {
  return Record::descriptor()->options().GetExtension(record::v1::type);
}

}  // namespace baodao::record
