// The people of one run, laid out for finding candidates fast: by area, by skill and by place.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "common/areas/point_index.h"
#include "services/matching/domain/terms.h"

namespace baodao::matching {

struct RosterRow {
  PersonSlot slot = 0;
  const Person* person = nullptr;
  uint64_t skills = 0;       // MaskOf
  uint64_t credentials = 0;  // MaskOf
  uint64_t categories = 0;   // MaskOf
  PersonTerms terms;
};

// Rows are ordered by person id, so that equal indexes give equal graphs on every replica. Rows
// point into the index: valid as long as it lives, and no more current than when the roster was
// made.
class Roster {
 public:
  struct Options {
    // Only people whom this area admits.
    AreaScope scope;
    // Leave out people who have not answered another offer yet.
    bool skip_offered = true;
  };
  Roster(const CandidateIndex& index, const Terms& terms, const Options& options);

  const std::vector<RosterRow>& rows() const { return rows_; }
  // Row numbers of the people whom an area admits, ascending.
  std::vector<int32_t> InArea(const AreaScope& scope) const;
  // At least how many they are: somebody registered twice counts twice.
  size_t CountInArea(const AreaScope& scope) const;
  // Row numbers of the people with this skill.
  std::span<const int32_t> WithSkill(TagId skill) const;
  // The people with a credential of this kind, expired ones too.
  std::span<const int32_t> WithCredential(TagId kind) const;
  // Row numbers of at most `limit` of them within `radius_m` of a place, nearest first. The first
  // call for an area sorts its people by place.
  std::vector<int32_t> Nearest(const AreaScope& scope, const Point& place, double radius_m,
                               int limit);
  // The same in no order; faster where they are a large part of all.
  std::vector<int32_t> Near(const AreaScope& scope, const Point& place, double radius_m, int limit);

 private:
  struct Places {
    std::vector<areas::PointIndex::Entry> entries;
    areas::PointIndex index;
  };
  const Places& PlacesIn(const AreaScope& scope);
  using Registrations = std::span<const std::pair<int32_t, int32_t>>;
  Registrations Between(int32_t begin, int32_t end) const;

  std::vector<RosterRow> rows_;
  std::vector<std::pair<int32_t, int32_t>> by_area_;  // (position in the tree, row), ascending
  std::vector<std::vector<int32_t>> by_skill_;
  std::vector<std::vector<int32_t>> by_credential_;
  std::map<int32_t, Places> by_place_;  // by AreaScope::begin
};

}  // namespace baodao::matching
