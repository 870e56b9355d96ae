#include "services/registration/rpc/person_handlers.h"

#include <set>
#include <utility>
#include <vector>

#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {
namespace {

constexpr int kStandardProfiles = 1000;

bool IsOwn(const rpc::CallContext& context, std::string_view person_id) {
  return context.caller().IsPerson() && context.caller().person_id == person_id;
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

Task<absl::StatusOr<v1::Person>> PersonHandlers::GetPerson(rpc::CallContext context,
                                                           v1::GetPersonRequest request) {
  CO_ASSIGN_OR_RETURN(auto loaded,
                      co_await app_.records.Load(context, kPerson, request.person_id()));
  loaded.record.mutable_person()->set_etag(record::EtagOf(loaded.version));
  co_return app_.vault.Show(loaded.record, IsOwn(context, request.person_id()));
}

Task<absl::Status> PersonHandlers::CheckUnit(std::string unit_id) {
  if (unit_id.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto known, co_await app_.records.Find(kUnit, std::move(unit_id)));
  if (known.exists()) co_return absl::OkStatus();
  co_return RefuseField("unit_id", ViolationKind::UNKNOWN_REFERENCE);
}

Task<absl::Status> PersonHandlers::CheckBlocked(std::vector<std::string> person_ids) {
  CO_ASSIGN_OR_RETURN(const auto people, co_await app_.records.LoadMany(kPerson, person_ids));
  std::set<std::string> known;
  for (const auto& person : people) known.insert(person.record.person().person_id());
  std::vector<Violation> violations;
  for (size_t i = 0; i < person_ids.size(); ++i) {
    if (known.contains(person_ids[i])) continue;
    violations.push_back(
        {"blocked_person_ids[" + std::to_string(i) + "]", ViolationKind::UNKNOWN_REFERENCE, {}});
  }
  if (violations.empty()) co_return absl::OkStatus();
  co_return RefuseFields(std::move(violations));
}

Task<absl::StatusOr<v1::Person>> PersonHandlers::UpdatePerson(rpc::CallContext context,
                                                              v1::UpdatePersonRequest request) {
  CO_RETURN_IF_ERROR(CheckPersonUpdate(request));
  // The answer that is kept is a record: private fields are sealed in it too.
  record::Decide<v1::PersonRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::PersonRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app_.records.Load(context, kPerson, request.person_id()));
    CO_RETURN_IF_ERROR(record::CheckEtag(request.etag(), before.version));
    if (record::Sets(request, "unit_id")) {
      CO_RETURN_IF_ERROR(co_await CheckUnit(request.unit_id()));
    }
    if (record::Sets(request, "blocked_person_ids")) {
      const auto& blocked = request.blocked_person_ids();
      CO_RETURN_IF_ERROR(co_await CheckBlocked(std::vector(blocked.begin(), blocked.end())));
    }
    CO_ASSIGN_OR_RETURN(PrivateFields fields, app_.vault.Open(before.record));
    v1::PersonRecord after = before.record;
    ApplyPersonUpdate(request, transaction.now(), &after, &fields);
    app_.vault.Seal(fields, &after);
    transaction.Put(kPerson, before, after);
    after.mutable_person()->set_etag(record::EtagOf(before.version + 1));
    co_return after;
  };
  const int shard = app_.store().keys().ShardOfId(request.person_id());
  CO_ASSIGN_OR_RETURN(
      const v1::PersonRecord updated,
      co_await app_.records.Mutate<v1::PersonRecord>(context, request, shard, std::move(decide)));
  co_return app_.vault.Show(updated, IsOwn(context, request.person_id()));
}

Task<absl::StatusOr<v1::ListPeopleResponse>> PersonHandlers::ListPeople(
    rpc::CallContext context, v1::ListPeopleRequest request) {
  CO_RETURN_IF_ERROR((co_await app_.areas.TreeWith(request.area_code())).status());
  record::PageQuery query = app_.records.InArea(kPerson, request.area_code());
  query.newest_first = false;
  const auto show = [&](v1::ListPeopleResponse* response,
                        record::Versioned<v1::PersonRecord> found) {
    found.record.mutable_person()->set_etag(record::EtagOf(found.version));
    ASSIGN_OR_RETURN(*response->add_people(), app_.vault.Show(found.record, false));
    return absl::OkStatus();
  };
  const bool search =
      !request.category().empty() || !request.skill().empty() || !request.credential().empty();
  std::function<bool(const v1::PersonRecord&)> fits;
  if (search) {
    fits = [&](const v1::PersonRecord& record) { return Fits(record, request, app_.clock.Now()); };
  }
  co_return co_await app_.records.List<v1::ListPeopleResponse, v1::PersonRecord>(
      context, kPerson, request, std::move(query), show, std::move(fits));
}

Task<absl::StatusOr<v1::Profile>> PersonHandlers::GetProfile(rpc::CallContext context,
                                                             v1::GetProfileRequest request) {
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app_.records.Load(context, kPerson, request.person_id()));
  co_return MakeProfile(loaded.record, loaded.version);
}

Task<absl::StatusOr<v1::ListProfilesResponse>> PersonHandlers::ListProfiles(
    rpc::CallContext context, v1::ListProfilesRequest request) {
  const int shards = app_.store().shards();
  if (request.shard() >= shards) {
    Metadata bounds{{"min", "0"}, {"max", std::to_string(shards - 1)}};
    co_return RefuseField("shard", ViolationKind::OUT_OF_RANGE, std::move(bounds));
  }
  record::PageQuery query = app_.records.InShard(kPerson, request.shard());
  query.newest_first = false;
  const auto show = [](v1::ListProfilesResponse* response,
                       record::Versioned<v1::PersonRecord> found) {
    *response->add_profiles() = MakeProfile(found.record, found.version);
    return absl::OkStatus();
  };
  co_return co_await app_.records.List<v1::ListProfilesResponse, v1::PersonRecord>(
      context, kPerson, request, std::move(query), show, nullptr, kStandardProfiles);
}

}  // namespace baodao::registration
