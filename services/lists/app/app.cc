#include "services/lists/app/app.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"
#include "services/lists/app/booking_access.h"
#include "services/lists/app/bookings.h"
#include "services/lists/app/details.h"
#include "services/lists/app/need_series.h"

namespace baodao::lists {
namespace {

// The owners are those who speak for the unit now, not who listed or claimed something for it.
Task<absl::StatusOr<rpc::Scope>> ScopeThroughUnit(Peers& peers, std::string area_code,
                                                  std::string unit_id) {
  rpc::Scope scope;
  scope.area_code = std::move(area_code);
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await peers.GetUnit(rpc::CallOptions(), std::move(unit_id)));
  scope.owner_ids.assign(unit.liaison_ids().begin(), unit.liaison_ids().end());
  co_return scope;
}

absl::StatusOr<v1::Project> ShowProject(const auth::Principal& caller, v1::ProjectRecord record) {
  v1::Project project = std::move(*record.mutable_project());
  project.set_follower_count(record.follower_ids_size());
  project.set_followed(caller.IsPerson() && IsFollowedBy(record, caller.person_id));
  return project;
}

}  // namespace

void AddRecords(App& app) {
  app.records.Add(kNeed, {.show = [&app](const rpc::CallContext& context, v1::NeedRecord record) {
                    return ShowNeed(app.key_ring, context.caller(), std::move(record));
                  }});
  app.records.Add(kResource,
                  {.scope = [&app](v1::ResourceRecord record) -> Task<absl::StatusOr<rpc::Scope>> {
                     const v1::Resource& resource = record.resource();
                     if (IsOfPerson(resource)) co_return kResource.ScopeOf(record);
                     co_return co_await ScopeThroughUnit(app.peers, resource.area_code(),
                                                         resource.owner_id());
                   },
                   .show =
                       [&app](const rpc::CallContext& context, v1::ResourceRecord record) {
                         return ShowResource(app.key_ring, context.caller(), std::move(record));
                       }});
  app.records.Add(kProject,
                  {.scope = [&app](v1::ProjectRecord record) -> Task<absl::StatusOr<rpc::Scope>> {
                     const v1::Project& project = record.project();
                     if (project.unit_id().empty()) co_return kProject.ScopeOf(record);
                     co_return co_await ScopeThroughUnit(app.peers, project.area_code(),
                                                         project.unit_id());
                   },
                   .show =
                       [](const rpc::CallContext& context, v1::ProjectRecord record) {
                         return ShowProject(context.caller(), std::move(record));
                       }});
  app.records.Add(
      kBooking,
      {.scope = [&app](v1::BookingRecord record) { return ScopeOfBooking(app, std::move(record)); },
       .lapse =
           [&app](record::Transaction& transaction, record::Versioned<v1::BookingRecord> before) {
             return LapseBooking(app, transaction, std::move(before));
           }});
  app.records.Add(kSlot);
  app.records.Add(kNeedSeries, {.lapse = [&app](record::Transaction& transaction,
                                                record::Versioned<v1::NeedSeriesRecord> before) {
                    return LapseNeedSeries(app, transaction, std::move(before));
                  }});
}

bool Related(const areas::AreaTree& tree, const std::string& a, const std::string& b) {
  if (tree.Covers(a, b) || tree.Covers(b, a)) return true;
  const auto subdistrict_of = [&tree](const std::string& code) {
    const areas::Area* const current = tree.CurrentOf(code);
    return current == nullptr ? nullptr : tree.SubdistrictOf(current->code());
  };
  const areas::Area* const subdistrict = subdistrict_of(a);
  return subdistrict != nullptr && subdistrict == subdistrict_of(b);
}

std::string CountedIn(const areas::AreaTree& tree, const std::string& area_code) {
  const areas::Area* const subdistrict = tree.SubdistrictOf(area_code);
  return subdistrict == nullptr ? area_code : subdistrict->code();
}

Task<absl::Status> CheckLiaison(rpc::CallContext context, Peers& peers, std::string unit_id) {
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await peers.GetUnit(rpc::CallOptions::From(context), unit_id));
  if (context.caller().IsPerson() && units::IsLiaison(unit, context.caller().person_id)) {
    co_return absl::OkStatus();
  }
  co_return Refuse(Reason::NOT_THE_LIAISON);
}

}  // namespace baodao::lists
