// Records found by their words.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "services/records/domain/document.h"
#include "services/records/domain/rows.h"
#include "services/records/domain/sought_areas.h"
#include "services/records/store/connection.h"

namespace baodao::records {

struct SearchQuery {
  Wanted wanted;
  // Where the index begins and ends to be looked at.
  NumberRange range;
  // The areas to look in; none: anywhere.
  std::optional<SoughtAreas> areas;
  // For people, and then never empty: the states of the registration that lies there.
  std::vector<int> states;
  int size = 20;
};

template <class Row>
struct SearchPage {
  // The record made last comes first. Fewer than were asked for, even none, where there is more: a
  // search looks at so much at a time.
  std::vector<Row> rows;
  bool more = false;
  int64_t last = 0;  // all down to this number was looked at: the next page ends before it
};

// Rows have what answers show.
absl::StatusOr<SearchPage<TaskRow>> SearchTasks(Connection& connection, const SearchQuery& query);
absl::StatusOr<SearchPage<NeedRow>> SearchNeeds(Connection& connection, const SearchQuery& query);
absl::StatusOr<SearchPage<UnitRow>> SearchUnits(Connection& connection, const SearchQuery& query);

// A person with all their registrations, by area.
struct PersonFact : PersonRow {
  std::vector<RegistrationRow> registrations;
};
absl::StatusOr<SearchPage<PersonFact>> SearchPeople(Connection& connection,
                                                    const SearchQuery& query);

}  // namespace baodao::records
