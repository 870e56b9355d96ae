#include "tests/bench/seed.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "common/crypto/key_ring.h"
#include "common/ids/ids.h"
#include "common/record/repository.h"
#include "common/store/redis_store.h"
#include "ops/demo/names.h"
#include "services/registration/app/area_book.h"
#include "services/registration/app/vault.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/records.h"

namespace baodao::bench {
namespace {

using registration::PrivateFields;
using registration::v1::PersonRecord;
using registration::v1::RegistrationRecord;
using registration::v1::SessionRecord;

// Nobody hears of what happens to it.
template <class T>
constexpr T Unheard(T type) {
  type.event = nullptr;
  return type;
}
constexpr auto kUnheardPerson = Unheard(registration::kPerson);
constexpr auto kUnheardRegistration = Unheard(registration::kRegistration);

template <class T>
T Value(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::runtime_error(value.status().ToString());
  return *std::move(value);
}

class Seeder {
 public:
  Seeder(demo::World& world, const crypto::KeyRing& ring, store::Store& store)
      : world_(world),
        store_(store),
        keys_(store.keys()),
        vault_(ring),
        areas_(store, SystemClock()) {}

  Task<void> ReadAreas() {
    const absl::Status read = co_await areas_.feed().Refresh();
    if (!read.ok()) throw std::runtime_error(read.ToString());
  }

  Task<void> Seed(size_t i) {
    // No number that the demo gives begins like this.
    const std::string phone = fmt::format("10{:09}", i);
    const std::string phone_hash = vault_.PhoneHash(phone);
    record::Origin origin;
    origin.now = SystemClock().Now();
    record::Transaction transaction(
        store_.keys(), [this] { return areas_.tree(); }, keys_.PhoneShard(phone_hash), origin);
    const RegistrationRecord registration = Reported(i, transaction, phone, phone_hash);
    const SessionRecord session =
        SessionOf(registration.registration().subject_id(), phone_hash, transaction);
    transaction.Put(kUnheardRegistration, {}, registration);
    transaction.Put(registration::kSession, {}, session);
    if (!transaction.status().ok()) throw std::runtime_error(transaction.status().ToString());
    const auto outcome = Value(co_await store_.Apply(transaction.TakeCommit()));
    if (outcome.kind != store::CommitOutcome::Kind::kApplied) {
      throw std::runtime_error(fmt::format("there is a person {} already", i));
    }
  }

 private:
  // Puts the person; answers their registration.
  RegistrationRecord Reported(size_t i, record::Transaction& transaction, const std::string& phone,
                              const std::string& phone_hash) {
    const size_t place = i % world_.communities.size();
    const demo::Community& community = world_.communities[place];
    const auto now = ToTimestamp(transaction.now());
    PersonRecord record;
    auto& person = *record.mutable_person();
    person.set_person_id(record::Repository::NewId(registration::kPerson, transaction.shard()));
    *person.mutable_create_time() = *person.mutable_update_time() = now;
    PrivateFields fields;
    fields.phone = phone;
    registration::ApplyPersonUpdate(demo::ProfileOf(world_, i, place), transaction.now(), &record,
                                    &fields);
    vault_.Seal(fields, &record);
    record.set_phone_hash(phone_hash);

    RegistrationRecord reported;
    auto& registration = *reported.mutable_registration();
    registration.set_registration_id(
        record::Repository::NewId(registration::kRegistration, transaction.shard()));
    registration.set_subject_id(person.person_id());
    registration.set_area_code(community.area.code());
    registration.set_kind(registration::v1::REGISTRATION_KIND_STANDARD);
    registration.set_state(registration::v1::REGISTRATION_STATE_ACTIVE);
    registration.set_reviewer_id(community.coordinator.person_id);
    *registration.mutable_create_time() = *registration.mutable_update_time() = now;
    record.add_area_codes(registration.area_code());
    record.add_registration_ids(registration.registration_id());

    transaction.commit().Put(keys_.Phone(phone_hash), 0, person.person_id());
    transaction.Put(kUnheardPerson, {}, record);
    return reported;
  }

  SessionRecord SessionOf(const std::string& person_id, const std::string& phone_hash,
                          const record::Transaction& transaction) const {
    SessionRecord session;
    session.set_session_id(record::Repository::NewId(registration::kSession, transaction.shard()));
    session.set_person_id(person_id);
    session.set_phone_hash(phone_hash);
    session.set_device_id(ids::New("dev", transaction.shard()));
    *session.mutable_create_time() = ToTimestamp(transaction.now());
    const std::string token = vault_.FirstRefreshToken(session.session_id());
    registration::RotateRefresh(vault_.TokenHash(token), transaction.now(), &session);
    return session;
  }

  demo::World& world_;
  store::Store& store_;
  registration::RegistrationKeys keys_;
  registration::Vault vault_;
  registration::AreaBook areas_;
};

}  // namespace

void SeedPeople(testing::Town& town, size_t first, size_t end) {
  constexpr size_t kAtOnce = 10'000;
  const auto ring = Value(crypto::KeyRing::Load(town.deployment.keys_dir() + "/ring.json"));
  testing::RedisServer& server = town.deployment.redis();
  // Nobody is promised these people, or waits for an answer: a busy disk may take its time.
  server.Do({"CONFIG", "SET", "appendfsync", "no"});
  // Nor is the file rewritten beside what is measured then.
  server.Do({"CONFIG", "SET", "auto-aof-rewrite-percentage", "0"});
  constexpr Millis kPatience{60'000};
  redis::Config config = server.config();
  config.stall_limit = kPatience;
  const auto redis = Value(town.Run(redis::Connect(town.loop, config)));
  const int shards = Value(town.Run(store::OpenShards(*redis, 0)));
  store::RedisStore::Options options;
  options.cached_records = 0;
  options.timeout = kPatience;
  const auto store = Value(town.Run(
      store::RedisStore::Open(town.loop, *redis, store::Keys("registration", shards), options)));
  Seeder seeder(*town.world, ring, *store);
  town.Run(seeder.ReadAreas());
  while (first < end) {
    const size_t count = std::min(kAtOnce, end - first);
    town.Run(ForEach(count, 256, [&](size_t n) { return seeder.Seed(first + n); }));
    first += count;
  }
  town.Run(redis->Close());
  server.Do({"CONFIG", "SET", "appendfsync", "always"});
}

}  // namespace baodao::bench
