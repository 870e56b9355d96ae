#include "services/registration/rpc/person_handlers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/store/pages.h"

namespace baodao::registration {
namespace {

constexpr int kStandardPeoplePage = 20;
constexpr int kLargestPeoplePage = 200;
constexpr int kStandardProfiles = 1000;
constexpr int kLargestProfiles = 2000;
// A search reads so many people at a time, however small its page, and so often for one call: where
// few fit, a page may come short, or empty, with a token to go on.
constexpr int kSearchChunk = 200;
constexpr int kSearchRounds = 10;

bool IsOwn(const rpc::CallContext& context, std::string_view person_id) {
  return context.caller().IsPerson() && context.caller().person_id == person_id;
}

bool Sets(const v1::UpdatePersonRequest& request, std::string_view path) {
  return std::ranges::find(request.update_mask().paths(), path) !=
         request.update_mask().paths().end();
}

// Whether the person is registered, and only where others than `area` are known to look after it.
bool AllElsewhere(const areas::AreaTree& tree, const std::string& area,
                  const v1::PersonRecord& record) {
  const auto elsewhere = [&](const std::string& code) { return tree.IsElsewhere(area, code); };
  return !record.area_codes().empty() && std::ranges::all_of(record.area_codes(), elsewhere);
}

}  // namespace

void PersonHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.registration.v1.PersonService/";
  router.Unary(service + "GetPerson", this, &PersonHandlers::GetPerson);
  router.Unary(service + "UpdatePerson", this, &PersonHandlers::UpdatePerson);
  router.Unary(service + "GrantCredential", this, &PersonHandlers::GrantCredential);
  router.Unary(service + "RevokeCredential", this, &PersonHandlers::RevokeCredential);
  router.Unary(service + "ListPeople", this, &PersonHandlers::ListPeople);
  router.Unary(service + "GetProfile", this, &PersonHandlers::GetProfile);
  router.Unary(service + "ListProfiles", this, &PersonHandlers::ListProfiles);
}

Task<absl::StatusOr<Loaded<v1::PersonRecord>>> PersonHandlers::LoadPerson(std::string id) {
  if (!env_.keys.ShardOf(id, "per").has_value()) co_return NotFound("person", std::move(id));
  CO_ASSIGN_OR_RETURN(Loaded<v1::PersonRecord> loaded,
                      co_await Load<v1::PersonRecord>(env_.store, env_.keys.Person(id)));
  if (!loaded.exists()) co_return NotFound("person", std::move(id));
  co_return loaded;
}

Task<absl::StatusOr<std::vector<Loaded<v1::PersonRecord>>>> PersonHandlers::LoadPeople(
    const std::vector<std::string>& ids) {
  std::vector<std::string> record_keys;
  record_keys.reserve(ids.size());
  for (const std::string& id : ids) record_keys.push_back(env_.keys.Person(id));
  CO_ASSIGN_OR_RETURN(std::vector<Loaded<v1::PersonRecord>> people,
                      co_await LoadMany<v1::PersonRecord>(env_.store, std::move(record_keys)));
  std::erase_if(people, [](const auto& person) { return !person.exists(); });
  co_return people;
}

Task<absl::StatusOr<v1::Person>> PersonHandlers::GetPerson(rpc::CallContext context,
                                                           v1::GetPersonRequest request) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> loaded,
                      co_await LoadPerson(request.person_id()));
  co_return env_.vault.Show(loaded.record, IsOwn(context, request.person_id()));
}

Task<absl::Status> PersonHandlers::CheckUnit(std::string unit_id) {
  if (unit_id.empty()) co_return absl::OkStatus();
  bool known = false;
  if (env_.keys.ShardOf(unit_id, "unt").has_value()) {
    CO_ASSIGN_OR_RETURN(const store::Stored stored,
                        co_await env_.store.Get(env_.keys.Unit(unit_id)));
    known = stored.exists();
  }
  if (known) co_return absl::OkStatus();
  co_return RefuseField("unit_id", ViolationKind::UNKNOWN_REFERENCE);
}

Task<absl::Status> PersonHandlers::CheckBlocked(std::vector<std::string> person_ids) {
  std::vector<std::string> record_keys;
  std::vector<size_t> places;  // among `person_ids`
  std::vector<Violation> violations;
  const auto refuse = [&](size_t i) {
    violations.push_back(
        {"blocked_person_ids[" + std::to_string(i) + "]", ViolationKind::UNKNOWN_REFERENCE, {}});
  };
  for (size_t i = 0; i < person_ids.size(); ++i) {
    if (!env_.keys.ShardOf(person_ids[i], "per").has_value()) {
      refuse(i);
      continue;
    }
    record_keys.push_back(env_.keys.Person(person_ids[i]));
    places.push_back(i);
  }
  if (!record_keys.empty()) {
    CO_ASSIGN_OR_RETURN(const auto people, co_await env_.store.GetMany(std::move(record_keys)));
    for (size_t i = 0; i < people.size(); ++i) {
      if (!people[i].exists()) refuse(places[i]);
    }
  }
  if (violations.empty()) co_return absl::OkStatus();
  co_return RefuseFields(std::move(violations));
}

PersonHandlers::PersonDecision PersonHandlers::Decided(const Loaded<v1::PersonRecord>& before,
                                                       v1::PersonRecord after, Stamp stamp,
                                                       std::optional<events::v1::Event> event) {
  const AreaBook::Tree tree = env_.areas.tree();
  Changes changes(env_.keys.keys().ShardOfId(after.person().person_id()), env_.keys, *tree,
                  std::move(stamp));
  changes.PutPerson(before, after);
  if (event) changes.Emit(*std::move(event));
  return {changes.Take(), std::move(after)};
}

Task<absl::StatusOr<PersonHandlers::PersonDecision>> PersonHandlers::DecideUpdate(
    const v1::UpdatePersonRequest& request, Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> before,
                      co_await LoadPerson(request.person_id()));
  if (Sets(request, "unit_id")) CO_RETURN_IF_ERROR(co_await CheckUnit(request.unit_id()));
  if (Sets(request, "blocked_person_ids")) {
    std::vector<std::string> blocked(request.blocked_person_ids().begin(),
                                     request.blocked_person_ids().end());
    CO_RETURN_IF_ERROR(co_await CheckBlocked(std::move(blocked)));
  }
  CO_ASSIGN_OR_RETURN(PrivateFields fields, env_.vault.Open(before.record));
  v1::PersonRecord after = before.record;
  ApplyPersonUpdate(request, stamp.now, &after, &fields);
  env_.vault.Seal(fields, &after);
  co_return Decided(before, std::move(after), std::move(stamp));
}

Task<absl::StatusOr<v1::Person>> PersonHandlers::UpdatePerson(rpc::CallContext context,
                                                              v1::UpdatePersonRequest request) {
  CO_RETURN_IF_ERROR(CheckPersonUpdate(request));
  const std::optional<int> shard = env_.keys.ShardOf(request.person_id(), "per");
  if (!shard.has_value()) co_return NotFound("person", request.person_id());
  Decide<v1::PersonRecord> decide = [&] { return DecideUpdate(request, StampOf(env_, context)); };
  // The stored answer is the record: private fields are sealed in it too.
  CO_ASSIGN_OR_RETURN(
      const v1::PersonRecord record,
      co_await Mutate<v1::PersonRecord>(env_, context, request, *shard, std::move(decide)));
  co_return env_.vault.Show(record, IsOwn(context, request.person_id()));
}

Task<absl::StatusOr<v1::ListPeopleResponse>> PersonHandlers::ListPeople(
    rpc::CallContext context, v1::ListPeopleRequest request) {
  const std::string& area = request.area_code();
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(area));
  const paging::Query query = paging::QueryOf(env_.vault.ring(), context.method(), request);
  CO_ASSIGN_OR_RETURN(std::string after,
                      paging::Decode(request.page_token(), query, env_.clock.Now()));
  const int size = paging::PageSize(request.page_size(), kStandardPeoplePage, kLargestPeoplePage);
  const bool search =
      !request.category().empty() || !request.skill().empty() || !request.credential().empty();
  // Where everybody fits, what is read beyond the page would be read for nothing.
  const int chunk = search ? std::max(size, kSearchChunk) : size;
  v1::ListPeopleResponse response;
  int64_t read = 0;
  for (int round = 0; round < kSearchRounds; ++round) {
    std::vector<std::string> indexes = IndexParts(
        *tree, area, env_.keys.shards(),
        [&](int shard, const std::string& code) { return env_.keys.PeopleAt(shard, code); });
    CO_ASSIGN_OR_RETURN(const IdPage page,
                        co_await ReadPage(env_.store, std::move(indexes), after, chunk));
    CO_ASSIGN_OR_RETURN(const auto people, co_await LoadPeople(page.ids));
    read += static_cast<int64_t>(page.ids.size());
    after = page.next;
    for (const Loaded<v1::PersonRecord>& person : people) {
      if (AllElsewhere(*tree, area, person.record)) continue;
      if (!Fits(person.record, request, env_.clock.Now())) continue;
      CO_ASSIGN_OR_RETURN(*response.add_people(), env_.vault.Show(person.record, false));
      if (response.people_size() < size) continue;
      // The page is full: the next one starts behind this person, unless nobody is left.
      const std::string& id = person.record.person().person_id();
      if (!after.empty() || &person != &people.back()) after = id;
      break;
    }
    if (after.empty() || response.people_size() == size) break;
  }
  context.Charge(paging::CallsOwed(read, response.people_size()));
  if (!after.empty()) {
    response.set_next_page_token(paging::Encode(after, query, env_.clock.Now()));
  }
  co_return response;
}

Task<absl::StatusOr<v1::Profile>> PersonHandlers::GetProfile(rpc::CallContext,
                                                             v1::GetProfileRequest request) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> loaded,
                      co_await LoadPerson(request.person_id()));
  co_return MakeProfile(loaded.record, loaded.version);
}

Task<absl::StatusOr<v1::ListProfilesResponse>> PersonHandlers::ListProfiles(
    rpc::CallContext context, v1::ListProfilesRequest request) {
  if (request.shard() >= env_.keys.shards()) {
    Metadata bounds{{"min", "0"}, {"max", std::to_string(env_.keys.shards() - 1)}};
    co_return RefuseField("shard", ViolationKind::OUT_OF_RANGE, std::move(bounds));
  }
  const paging::Query query = paging::QueryOf(env_.vault.ring(), context.method(), request);
  CO_ASSIGN_OR_RETURN(std::string after,
                      paging::Decode(request.page_token(), query, env_.clock.Now()));
  const int size = paging::PageSize(request.page_size(), kStandardProfiles, kLargestProfiles);
  std::vector<std::string> indexes(1, env_.keys.AllPeople(request.shard()));
  CO_ASSIGN_OR_RETURN(const IdPage page,
                      co_await ReadPage(env_.store, std::move(indexes), std::move(after), size));
  CO_ASSIGN_OR_RETURN(const auto people, co_await LoadPeople(page.ids));
  v1::ListProfilesResponse response;
  for (const Loaded<v1::PersonRecord>& person : people) {
    *response.add_profiles() = MakeProfile(person.record, person.version);
  }
  if (!page.next.empty()) {
    response.set_next_page_token(paging::Encode(page.next, query, env_.clock.Now()));
  }
  co_return response;
}

}  // namespace baodao::registration
