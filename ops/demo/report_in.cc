#include <fmt/core.h>

#include "common/async/for_each.h"
#include "ops/demo/call.h"
#include "ops/demo/names.h"
#include "ops/demo/story.h"

namespace baodao::demo {
namespace {

using registration::v1::CreateRegistrationRequest;
using registration::v1::ReviewRegistrationRequest;

Task<void> Review(World& world, const Community& community, std::string registration_id,
                  bool approve) {
  ReviewRegistrationRequest review;
  review.set_request_id(world.RequestId());
  review.set_registration_id(registration_id);
  review.set_verdict(approve ? registration::v1::REGISTRATION_VERDICT_APPROVE
                             : registration::v1::REGISTRATION_VERDICT_REJECT);
  if (!approve) review.set_comment("请先补充联系方式");
  co_await Must(world.backend.registrations, &client::Registrations::ReviewRegistration,
                community.coordinator.token, review);
  ++world.counts[approve ? "registrations approved" : "registrations rejected"];
}

Task<void> ReportUnit(World& world, size_t i) {
  Unit& unit = world.units[i];
  unit.community = i % world.communities.size();
  const Community& community = world.communities[unit.community];
  unit.liaison.phone = PhoneOf(world, Part::kLiaison, i);
  co_await world.LogIn(unit.liaison);
  registration::v1::CreateUnitRequest create;
  create.set_request_id(world.RequestId());
  create.set_name(UnitNameOf(i));
  create.set_kind(registration::v1::UNIT_KIND_ENTERPRISE);
  create.set_area_code(community.area.code());
  create.set_liaison_id(unit.liaison.person_id);
  const auto created = co_await Must(world.backend.units, &client::Units::CreateUnit,
                                     community.coordinator.token, create);
  unit.unit_id = created.unit_id();
  CreateRegistrationRequest report;
  report.set_request_id(world.RequestId());
  report.set_subject_id(unit.unit_id);
  report.set_area_code(community.area.code());
  const auto registration =
      co_await Must(world.backend.registrations, &client::Registrations::CreateRegistration,
                    unit.liaison.token, report);
  co_await Review(world, community, registration.registration_id(), true);
}

Task<void> WriteProfile(World& world, size_t i) {
  Actor& person = world.people[i];
  registration::v1::UpdatePersonRequest update = ProfileOf(world, i, person.community);
  update.set_request_id(world.RequestId());
  update.set_person_id(person.person_id);
  if (person.unit != SIZE_MAX) {
    update.set_unit_id(world.units[person.unit].unit_id);
    update.mutable_update_mask()->add_paths("unit_id");
  }
  co_await Must(world.backend.people, &client::People::UpdatePerson, person.token, update);
}

Task<void> ReportPerson(World& world, size_t i) {
  Actor& person = world.people[i];
  person.phone = PhoneOf(world, Part::kPerson, i);
  person.name = NameOf(i);
  // Two of three come through a unit of their community; 新就业群体 come alone.
  person.unit = i % 3 == 2 || world.units.empty() ? SIZE_MAX : i % world.units.size();
  person.community =
      person.unit == SIZE_MAX ? i % world.communities.size() : world.units[person.unit].community;
  co_await world.LogIn(person);
  co_await WriteProfile(world, i);
  CreateRegistrationRequest report;
  report.set_request_id(world.RequestId());
  report.set_area_code(world.communities[person.community].area.code());
  if (person.unit != SIZE_MAX) report.set_through_unit_id(world.units[person.unit].unit_id);
  auto registration =
      co_await Must(world.backend.registrations, &client::Registrations::CreateRegistration,
                    person.token, report);
  const Community& community = world.communities[person.community];
  if (i % 100 == 99) {  // One in a hundred is asked for more first, and comes again.
    co_await Review(world, community, registration.registration_id(), false);
    report.set_request_id(world.RequestId());
    registration = co_await Must(world.backend.registrations,
                                 &client::Registrations::CreateRegistration, person.token, report);
  }
  co_await Review(world, community, registration.registration_id(), true);
  if ((i + 1) % 500 == 0) fmt::print("  {} people have reported\n", i + 1);
}

}  // namespace

Task<void> ReportIn(World& world) {
  world.units.resize(world.options.units);
  auto report_unit = [&world](size_t i) { return ReportUnit(world, i); };
  co_await ForEach(world.units.size(), world.options.concurrency, report_unit);
  fmt::print("{} units have reported to their communities\n", world.units.size());
  co_await ReportMore(world, world.options.people);
  fmt::print("{} people have reported, {} registrations approved, {} sent back first\n",
             world.people.size(), world.counts["registrations approved"],
             world.counts["registrations rejected"]);
}

Task<void> ReportMore(World& world, size_t total) {
  const size_t before = world.people.size();
  if (total <= before) co_return;
  co_await world.KeepSignedIn();
  world.people.resize(total);
  auto report = [&world, before](size_t i) { return ReportPerson(world, before + i); };
  co_await ForEach(total - before, world.options.concurrency, report);
}

}  // namespace baodao::demo
