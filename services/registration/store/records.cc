#include "services/registration/store/records.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/record/indexes.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {

bool FillEvent(const record::Versioned<v1::PersonRecord>& before, const v1::PersonRecord& after,
               events::v1::Event* event) {
  using google::protobuf::util::MessageDifferencer;
  const uint64_t version = before.version + 1;
  const v1::Profile was = MakeProfile(before.record, version);
  v1::Profile now = MakeProfile(after, version);
  if (MessageDifferencer::Equals(was, now) &&
      std::ranges::equal(before.record.search_terms(), after.search_terms())) {
    return false;
  }
  events::v1::ProfileChanged& change = *event->mutable_profile_changed();
  change.set_narrowed(Narrows(was, now));
  *change.mutable_profile() = std::move(now);
  *change.mutable_search_terms() = after.search_terms();
  return true;
}

bool FillEvent(const record::Versioned<v1::UnitRecord>& before, const v1::UnitRecord& after,
               events::v1::Event* event) {
  if (google::protobuf::util::MessageDifferencer::Equals(before.record.unit(), after.unit())) {
    return false;
  }
  *event->mutable_unit_changed()->mutable_unit() = after.unit();
  return true;
}

bool FillEvent(const record::Versioned<v1::SessionRecord>& before, const v1::SessionRecord& after,
               events::v1::Event* event) {
  if (!after.ended() || before.record.ended()) return false;
  event->mutable_session_ended()->set_person_id(after.person_id());
  event->mutable_session_ended()->set_session_id(after.session_id());
  return true;
}

namespace {

// The records of an owner in every shard.
template <class Record>
record::PageQuery InAllShards(const store::Keys& keys, const std::string& owner_id) {
  const record::IndexKeys lists(keys, record::Named<Record>().name());
  record::PageQuery query;
  for (int shard = 0; shard < keys.shards(); ++shard) {
    query.lists.push_back(lists.Of(shard, owner_id));
  }
  return query;
}

}  // namespace

record::PageQuery MembersOfUnit(const store::Keys& keys, const std::string& unit_id) {
  return InAllShards<v1::RegistrationRecord>(keys, MembersOf(unit_id));
}

record::PageQuery VerificationsOfUnit(const store::Keys& keys, const std::string& unit_id,
                                      const google::protobuf::RepeatedField<int>& states) {
  auto query = InAllShards<v1::VerificationRecord>(keys, unit_id);
  query.states = std::set<int>(states.begin(), states.end());
  query.exact = states.empty();
  query.descending = false;
  return query;
}

record::PageQuery SessionsOf(const store::Keys& keys, const v1::PersonRecord& person) {
  const record::IndexKeys lists(keys, record::Named<v1::SessionRecord>().name());
  std::set<int> shards = {keys.ShardOfText(person.phone_hash())};
  if (!person.new_phone_hash().empty()) shards.insert(keys.ShardOfText(person.new_phone_hash()));
  for (const std::string& hash : person.remains().phone_hashes()) {
    shards.insert(keys.ShardOfText(hash));
  }
  for (const std::string& kept : {person.kept_session_id(), person.remains().kept_session_id()}) {
    if (!kept.empty()) shards.insert(keys.ShardOfId(kept));
  }
  record::PageQuery query;
  for (const int shard : shards) {
    query.lists.push_back(lists.Of(shard, person.person().person_id()));
  }
  return query;
}

}  // namespace baodao::registration
