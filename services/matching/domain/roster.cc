#include "services/matching/domain/roster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace baodao::matching {
namespace {

TagSet KindsOf(const Person& person) {
  TagSet kinds;
  for (const HeldCredential& credential : person.credentials) kinds.push_back(credential.kind);
  return kinds;
}

// The squared chord between two points of the unit sphere that are so far apart along the surface
// of the earth.
double SquaredChord(double distance_m) {
  const double angle = std::min(distance_m / areas::kEarthRadiusM, std::numbers::pi);
  const double chord = 2 * std::sin(angle / 2);
  return chord * chord;
}

}  // namespace

Roster::Roster(const CandidateIndex& index, const Terms& terms, const Options& options) {
  by_skill_.resize(index.tags().size());
  by_credential_.resize(index.tags().size());
  for (size_t slot = 0; slot < index.people().size(); ++slot) {
    const Person& person = index.people()[slot];
    if (options.skip_offered && person.open_offers > 0) continue;
    if (!options.scope.Admits(person.areas)) continue;
    rows_.push_back({static_cast<PersonSlot>(slot), &person, MaskOf(person.skills),
                     MaskOf(KindsOf(person)), MaskOf(person.categories), terms.Of(person)});
  }
  std::sort(rows_.begin(), rows_.end(),
            [](const RosterRow& a, const RosterRow& b) { return a.person->id < b.person->id; });
  for (size_t i = 0; i < rows_.size(); ++i) {
    const auto row = static_cast<int32_t>(i);
    const Person& person = *rows_[i].person;
    for (const int32_t area : person.areas) by_area_.emplace_back(area, row);
    for (const TagId skill : person.skills) by_skill_[skill].push_back(row);
    for (const TagId kind : KindsOf(person)) by_credential_[kind].push_back(row);
  }
  std::sort(by_area_.begin(), by_area_.end());
}

Roster::Registrations Roster::Between(int32_t begin, int32_t end) const {
  constexpr int32_t kFirst = std::numeric_limits<int32_t>::min();
  const auto from = std::lower_bound(by_area_.begin(), by_area_.end(), std::pair(begin, kFirst));
  const auto to = std::lower_bound(from, by_area_.end(), std::pair(end, kFirst));
  return {from, to};
}

size_t Roster::CountInArea(const AreaScope& scope) const {
  size_t count = Between(scope.begin, scope.end).size();
  for (const int32_t area : scope.above) count += Between(area, area + 1).size();
  return count;
}

std::vector<int32_t> Roster::InArea(const AreaScope& scope) const {
  std::vector<int32_t> rows;
  rows.reserve(CountInArea(scope));
  for (const auto& [area, row] : Between(scope.begin, scope.end)) rows.push_back(row);
  for (const int32_t above : scope.above) {
    for (const auto& [area, row] : Between(above, above + 1)) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::span<const int32_t> Roster::WithSkill(TagId skill) const {
  if (skill >= by_skill_.size()) return {};
  return by_skill_[skill];
}

std::span<const int32_t> Roster::WithCredential(TagId kind) const {
  if (kind >= by_credential_.size()) return {};
  return by_credential_[kind];
}

const Roster::Places& Roster::PlacesIn(const AreaScope& scope) {
  const auto [places, fresh] = by_place_.try_emplace(scope.begin);
  if (fresh) {
    std::vector<areas::PointIndex::Entry>& entries = places->second.entries;
    for (const int32_t row : InArea(scope)) {
      const Person& person = *rows_[row].person;
      if (person.place) entries.push_back({*person.place, row});
    }
    places->second.index = areas::PointIndex(entries);
  }
  return places->second;
}

std::vector<int32_t> Roster::Nearest(const AreaScope& scope, const Point& place, double radius_m,
                                     int limit) {
  std::vector<int32_t> rows;
  const areas::PointIndex& index = PlacesIn(scope).index;
  for (const auto& hit : index.Nearest(place, radius_m, static_cast<size_t>(limit))) {
    rows.push_back(hit.id);
  }
  return rows;
}

std::vector<int32_t> Roster::Near(const AreaScope& scope, const Point& place, double radius_m,
                                  int limit) {
  const double reach = SquaredChord(radius_m);
  std::vector<std::pair<double, int32_t>> found;
  for (const auto& [point, row] : PlacesIn(scope).entries) {
    const double x = point.x - place.x, y = point.y - place.y, z = point.z - place.z;
    const double squared = x * x + y * y + z * z;
    if (squared <= reach) found.emplace_back(squared, row);
  }
  if (found.size() > static_cast<size_t>(limit)) {
    std::nth_element(found.begin(), found.begin() + limit, found.end());
    found.resize(static_cast<size_t>(limit));
  }
  std::vector<int32_t> rows;
  rows.reserve(found.size());
  for (const auto& [squared, row] : found) rows.push_back(row);
  return rows;
}

}  // namespace baodao::matching
