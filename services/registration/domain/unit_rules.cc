#include "services/registration/domain/unit_rules.h"

#include <string_view>
#include <unordered_set>

#include "common/clock/timestamp.h"
#include "common/record/mask.h"
#include "services/registration/domain/liaison_rules.h"

namespace baodao::registration {
namespace {

using Tags = google::protobuf::RepeatedPtrField<std::string>;

void SetOnce(const Tags& tags, Tags* kept) {
  kept->Clear();
  std::unordered_set<std::string_view> seen;
  for (const std::string& tag : tags) {
    if (seen.insert(tag).second) *kept->Add() = tag;
  }
}

}  // namespace

v1::Unit NewUnit(const v1::CreateUnitRequest& request, Time now) {
  v1::Unit unit;
  unit.set_name(request.name());
  unit.set_kind(request.kind());
  unit.set_area_code(request.area_code());
  SetLiaison(request.liaison_id(), &unit);
  SetOnce(request.categories(), unit.mutable_categories());
  *unit.mutable_create_time() = ToTimestamp(now);
  *unit.mutable_update_time() = ToTimestamp(now);
  return unit;
}

absl::Status CheckUnitUpdate(const v1::UpdateUnitRequest& request) {
  return record::CheckMask(request, {"name", "kind", "liaison_id", "categories"}, {"name", "kind"});
}

void ApplyUnitUpdate(const v1::UpdateUnitRequest& request, Time now, v1::Unit* unit) {
  const auto sets = [&](std::string_view field) { return record::Sets(request, field); };
  if (sets("name")) unit->set_name(request.name());
  if (sets("kind")) unit->set_kind(request.kind());
  if (sets("liaison_id")) SetLiaison(request.liaison_id(), unit);
  if (sets("categories")) SetOnce(request.categories(), unit->mutable_categories());
  *unit->mutable_update_time() = ToTimestamp(now);
}

}  // namespace baodao::registration
