#include "tests/unit/dispatch/sim_world.h"

#include <asio/co_spawn.hpp>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

std::shared_ptr<const areas::AreaTree> SmallTree() {
  using registration::v1::AreaLevel;
  std::vector<areas::Area> areas;
  const auto add = [&](const char* code, AreaLevel level, const char* parent) {
    areas::Area& area = areas.emplace_back();
    area.set_code(code);
    area.set_name(code);
    area.set_level(level);
    area.set_parent_code(parent);
  };
  add("310110", registration::v1::AREA_LEVEL_DISTRICT, "");
  add("310110001", registration::v1::AREA_LEVEL_SUBDISTRICT, "310110");
  add("310110001001", registration::v1::AREA_LEVEL_COMMUNITY, "310110001");
  return *areas::AreaTree::Build(std::move(areas));
}

AppOptions OptionsWith(std::function<uint64_t()> random, Identities* identities) {
  AppOptions options;
  options.identities = identities;
  options.random = random;
  options.tasks.random = std::move(random);
  return options;
}

}  // namespace

Task<absl::StatusOr<registration::v1::Profile>> PeopleSource::Get(rpc::CallOptions,
                                                                  std::string person_id) {
  const auto it = people.find(person_id);
  if (it == people.end()) co_return NotFound("person", person_id);
  co_return it->second;
}

Task<absl::StatusOr<registration::v1::Unit>> UnitSource::Unit(rpc::CallOptions,
                                                              std::string unit_id) {
  const auto it = units.find(unit_id);
  if (it == units.end()) co_return NotFound("unit", unit_id);
  co_return it->second;
}

Replica::Replica(asio::io_context& loop, store::MemoryData& data, testing::FakeClock& clock,
                 const crypto::KeyRing& ring, PeopleSource& source, UnitSource& units,
                 std::shared_ptr<const areas::AreaTree> tree, std::function<uint64_t()> random)
    : store(store::Keys("dispatch", World::kShards), data, clock),
      profiles(source),
      app(
          loop, store, clock, ring, profiles, [tree] { return tree; }, registry,
          OptionsWith(std::move(random), &units)),
      tasks(app, near),
      assignments(app),
      changes(app),
      claims(app),
      deadlines(app),
      standings(app) {}

World::World(uint64_t seed)
    : clock(loop),
      ring(crypto::KeyRing::Generate()),
      tree(SmallTree()),
      keys(store::Keys("dispatch", kShards)),
      random_(seed),
      ids_(clock, [this] { return random_(); }) {
  ids::Use(&ids_);
  for (int i = 0; i < 2; ++i) {
    replicas.push_back(std::make_unique<Replica>(loop, data, clock, ring, source, units, tree,
                                                 [this] { return random_(); }));
    replicas.back()->store.SetFaults(
        [this](std::string_view method, std::string_view) { return Draw(method); });
  }
}

World::~World() { ids::Use(nullptr); }

store::Fault World::Draw(std::string_view method) {
  store::Fault fault;
  if (!faults_) return fault;
  const int dice = Below(200);
  fault.yield = dice < 80;
  if (dice == 199 || dice == 198) fault.fail_before = true;
  if (method == "Apply") {
    if (dice >= 194 && dice < 198) fault.fail_after = true;
    if (dice >= 184 && dice < 194) fault.conflict = true;
    if (dice >= 80 && dice < 100) fault.twice = true;
    // Now and then a replica hangs, long enough for others to believe it dead.
    if (dice == 183) fault.delay = std::chrono::seconds(5 + Below(120));
  }
  if (dice >= 170 && dice < 183) fault.delay = Millis(1 + Below(400));
  return fault;
}

void World::Spawn(Task<void> task) {
  ++outstanding_;
  asio::co_spawn(loop, std::move(task), [this](std::exception_ptr error) {
    --outstanding_;
    if (error) std::rethrow_exception(error);
  });
}

void World::Settle() {
  loop.restart();
  loop.poll();
}

void World::Advance(Millis duration) {
  const Time target = clock.Now() + duration;
  Settle();
  while (clock.next_wake() && *clock.next_wake() <= target) {
    clock.AdvanceTo(*clock.next_wake());
    Settle();
  }
  clock.AdvanceTo(target);
  Settle();
}

const std::string& World::NewPerson() {
  // Ids sort by creation; the shard is drawn.
  std::string id = ids::New("per", Below(kShards));
  registration::v1::Profile profile;
  profile.set_person_id(id);
  profile.add_area_codes("310110001");
  profile.set_version(1);
  profile.set_unit_id(people.size() % 2 == 0 ? "unt_a" : "unt_b");
  registration::v1::Unit& unit = units.units[profile.unit_id()];
  unit.set_unit_id(profile.unit_id());
  if (unit.area_codes().empty()) unit.add_area_codes("310110001");
  unit.add_liaison_ids(id);
  source.people[id] = profile;
  return people.emplace_back(std::move(id));
}

namespace {

timers::Timer Parse(const std::string& member, int shard, Time due) {
  timers::Timer timer;
  timer.member = member;
  timer.shard = shard;
  timer.due = due;
  const size_t first = member.find('|');
  const size_t second = member.find('|', first + 1);
  timer.kind = member.substr(0, first);
  timer.id = member.substr(first + 1, second - first - 1);
  if (second != std::string::npos) timer.extra = member.substr(second + 1);
  return timer;
}

Task<void> Fire(Replica& replica, timers::Timer timer) {
  Deadlines& d = replica.deadlines;
  const std::string kind = timer.kind;
  absl::Status status = absl::UnimplementedError(kind);
  if (kind == "sla")
    status = co_await d.Sla(std::move(timer));
  else if (kind == "begin")
    status = co_await d.Begin(std::move(timer));
  else if (kind == "noshow")
    status = co_await d.NoShow(std::move(timer));
  else if (kind == "end")
    status = co_await d.End(std::move(timer));
  else if (kind == "autoclose")
    status = co_await d.AutoClose(std::move(timer));
  else if (kind == "offer")
    status = co_await d.Offer(std::move(timer));
  else if (kind == "promote")
    status = co_await d.Promote(std::move(timer));
  else if (kind == "release")
    status = co_await d.Release(std::move(timer));
  else if (kind == "checkin")
    status = co_await d.CheckIn(std::move(timer));
  else if (kind == "unitclaim")
    status = co_await d.UnitClaims(std::move(timer));
  else if (kind == "credit")
    status = co_await d.Credit(std::move(timer));
  else if (kind == kStandingTimer || kind == kProfileTimer)
    status = co_await replica.standings.LookAgain(std::move(timer));
  if (status.code() == absl::StatusCode::kUnimplemented) std::abort();
}

Task<void> FireDue(World& world, Replica& replica) {
  for (int shard = 0; shard < World::kShards; ++shard) {
    const Time now = world.clock.Now();
    auto due = co_await replica.store.TakeDueTimers(shard, now, std::chrono::seconds(30), 64);
    if (!due.ok()) continue;
    for (const store::DueTimer& timer : *due) {
      // Now and then twice at once: the lease of a replica that hung has run out.
      for (const auto& other : world.replicas) {
        if (other.get() != &replica && !world.Chance(25)) continue;
        world.Spawn(Fire(*other, Parse(timer.member, shard, timer.due)));
      }
    }
  }
}

}  // namespace

void World::FireTimers() {
  Replica& replica = *replicas[static_cast<size_t>(Below(2))];
  Spawn(FireDue(*this, replica));
  Settle();
}

v1::TaskRecord World::TaskOf(const std::string& id) {
  v1::TaskRecord record;
  record.ParseFromString(data.ReadRecord(keys.Task(id), clock.Now()).bytes);
  return record;
}

std::map<std::string, v1::AssignmentRecord> World::PeopleOn(const std::string& id) {
  std::map<std::string, v1::AssignmentRecord> found;
  if (const auto* hash = data.FindHash(keys.People(id))) {
    for (const auto& [person, bytes] : *hash) found[person].ParseFromString(bytes);
  }
  return found;
}

std::vector<std::string> World::Timers() {
  std::vector<std::string> members;
  for (int shard = 0; shard < kShards; ++shard) {
    const auto* index = data.FindIndex(keys.base().Timers(shard));
    if (index == nullptr) continue;
    for (const auto& [member, score] : index->scores) members.push_back(member);
  }
  return members;
}

}  // namespace baodao::dispatch
