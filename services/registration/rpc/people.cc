// PersonService.
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/consent.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

constexpr int kStandardProfiles = 1000;

Task<absl::StatusOr<v1::Person>> GetPerson(App& app, rpc::CallContext context,
                                           v1::GetPersonRequest request) {
  return app.records.Get(std::move(context), kPerson, request.person_id());
}

Task<absl::Status> CheckUnit(App& app, std::string unit_id) {
  if (unit_id.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.records.Find(kUnit, std::move(unit_id)));
  if (known.exists()) co_return absl::OkStatus();
  co_return RefuseField("unit_id", ViolationKind::UNKNOWN_REFERENCE);
}

Task<absl::Status> CheckBlocked(App& app, std::vector<std::string> person_ids) {
  CO_ASSIGN_OR_RETURN(const auto people, co_await app.records.LoadMany(kPerson, person_ids));
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

Task<absl::StatusOr<v1::Person>> UpdatePerson(App& app, rpc::CallContext context,
                                              v1::UpdatePersonRequest request) {
  CO_RETURN_IF_ERROR(CheckPersonUpdate(request, app.clock.Now()));
  const auto update = [&](record::Transaction& transaction,
                          v1::PersonRecord* record) -> Task<absl::Status> {
    CO_RETURN_IF_ERROR(CheckNotErased(*record));
    if (!record::OnlyEmpties(request)) {
      CO_RETURN_IF_ERROR(CheckMayBringIn(app, record->person()));
    }
    if (record::Sets(request, "unit_id")) {
      CO_RETURN_IF_ERROR(co_await CheckUnit(app, request.unit_id()));
    }
    if (record::Sets(request, "blocked_person_ids")) {
      const auto& blocked = request.blocked_person_ids();
      CO_RETURN_IF_ERROR(co_await CheckBlocked(app, std::vector(blocked.begin(), blocked.end())));
    }
    CO_ASSIGN_OR_RETURN(PrivateFields fields, app.vault.Open(*record));
    ApplyPersonUpdate(request, transaction.now(), record, &fields);
    app.vault.Seal(fields, record);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kPerson, request.person_id(), update);
}

Task<absl::StatusOr<v1::ListPeopleResponse>> ListPeople(App& app, rpc::CallContext context,
                                                        v1::ListPeopleRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kPerson, request));
  query.descending = false;
  const bool search =
      !request.category().empty() || !request.skill().empty() || !request.credential().empty();
  std::function<bool(const v1::PersonRecord&)> fits;
  query.exact &= !search;
  if (search) {
    fits = [&](const v1::PersonRecord& record) { return Fits(record, request, app.clock.Now()); };
  }
  // Masked also for a coordinator who is among them.
  const auto show = [&](v1::ListPeopleResponse* response,
                        record::Versioned<v1::PersonRecord>&& found) -> absl::Status {
    kPerson.SetEtag(found.version, &found.record);
    ASSIGN_OR_RETURN(*response->add_people(), app.vault.Show(found.record, false));
    return absl::OkStatus();
  };
  co_return co_await app.records.List<v1::ListPeopleResponse>(
      context, kPerson, request, std::move(query), show, std::move(fits));
}

Task<absl::StatusOr<v1::Profile>> GetProfile(App& app, rpc::CallContext context,
                                             v1::GetProfileRequest request) {
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app.records.Load(context, kPerson, request.person_id()));
  co_return MakeProfile(loaded.record, loaded.version);
}

Task<absl::StatusOr<v1::ListProfilesResponse>> ListProfiles(App& app, rpc::CallContext context,
                                                            v1::ListProfilesRequest request) {
  const int shards = app.store().shards();
  if (request.shard() >= shards) {
    Metadata bounds{{"min", "0"}, {"max", std::to_string(shards - 1)}};
    co_return RefuseField("shard", ViolationKind::OUT_OF_RANGE, std::move(bounds));
  }
  record::PageQuery query = app.records.InShard(kPerson, request.shard());
  query.descending = false;
  const auto show = [&request](v1::ListProfilesResponse* response,
                               record::Versioned<v1::PersonRecord>&& found) {
    *response->add_profiles() = MakeProfile(found.record, found.version);
    if (request.with_search_terms()) {
      *response->add_search_terms()->mutable_terms() = found.record.search_terms();
    }
    return absl::OkStatus();
  };
  co_return co_await app.records.List<v1::ListProfilesResponse>(
      context, kPerson, request, std::move(query), show, nullptr, kStandardProfiles);
}

// By id, of those units that exist.
Task<absl::StatusOr<std::map<std::string, std::string>>> NamesOfUnits(App& app,
                                                                      std::set<std::string> ids) {
  std::vector<std::string> asked(ids.begin(), ids.end());
  CO_ASSIGN_OR_RETURN(const auto units, co_await app.records.LoadMany(kUnit, std::move(asked)));
  std::map<std::string, std::string> names;
  for (const auto& unit : units) names[unit.record.unit().unit_id()] = unit.record.unit().name();
  co_return names;
}

Task<absl::StatusOr<v1::BatchGetIdentitiesResponse>> BatchGetIdentities(
    App& app, rpc::CallContext, v1::BatchGetIdentitiesRequest request) {
  std::vector<std::string> ids(request.person_ids().begin(), request.person_ids().end());
  CO_ASSIGN_OR_RETURN(const auto people, co_await app.records.LoadMany(kPerson, std::move(ids)));
  v1::BatchGetIdentitiesResponse response;
  std::set<std::string> units;
  for (const auto& person : people) {
    CO_ASSIGN_OR_RETURN(PrivateFields fields, app.vault.Open(person.record));
    v1::Identity& identity = *response.add_identities();
    identity = MakeIdentity(person.record, std::move(fields), app.clock.Now());
    identity.set_consent_required(
        NeedsConsent(person.record.person(), app.privacy_terms.version()));
    if (!identity.unit_id().empty()) units.insert(identity.unit_id());
  }
  CO_ASSIGN_OR_RETURN(const auto names, co_await NamesOfUnits(app, std::move(units)));
  for (v1::Identity& identity : *response.mutable_identities()) {
    const auto name = names.find(identity.unit_id());
    if (name != names.end()) identity.set_unit_name(name->second);
  }
  co_return response;
}

}  // namespace

void RegisterPeople(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.PersonService/";
  router.Unary(service + "GetPerson", app, &GetPerson);
  router.Unary(service + "UpdatePerson", app, &UpdatePerson);
  router.Unary(service + "ListPeople", app, &ListPeople);
  router.Unary(service + "GetProfile", app, &GetProfile);
  router.Unary(service + "ListProfiles", app, &ListProfiles);
  router.Unary(service + "BatchGetIdentities", app, &BatchGetIdentities);
}

}  // namespace baodao::registration
