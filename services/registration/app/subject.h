// The subject of registrations: a person or a unit, with the fields that follow its registrations.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/record/repository.h"
#include "services/registration/store/records.h"

namespace baodao::registration {

class Subject {
 public:
  // NOT_FOUND for anything that is no person or unit of ours.
  static Task<absl::StatusOr<Subject>> Load(record::Repository& records, std::string id);

  // A person just read. Not to be written.
  static Subject Of(v1::PersonRecord record);

  const std::string& id() const { return id_; }
  bool is_unit() const { return is_unit_; }
  // The person who may speak for it: itself, or the unit's liaison (empty when it has none).
  const std::string& speaker() const;
  // The liaison of a unit; empty for a person.
  const std::string& liaison_id() const { return unit_after_.unit().liaison_id(); }
  // The unit a person belongs to; empty for a unit.
  const std::string& own_unit_id() const { return person_after_.person().unit_id(); }
  // Areas that answer for a person's credentials and verified categories; none for a unit.
  std::vector<std::string> AnsweringAreas() const;

  // The registrations that have not ended. A change after the subject was read makes the commit
  // conflict.
  Task<absl::StatusOr<std::vector<v1::Registration>>> LiveRegistrations(
      record::Repository& records) const;

  // Takes a registration as it is after the change: whether it is live, and whether it counts for
  // the profile.
  void Note(const v1::Registration& registration);
  // Writes the subject; the commit expects it as it was read.
  void Put(record::Transaction& transaction) const;

 private:
  std::string id_;
  bool is_unit_ = false;
  record::Versioned<v1::PersonRecord> person_;
  record::Versioned<v1::UnitRecord> unit_;
  v1::PersonRecord person_after_;
  v1::UnitRecord unit_after_;
};

}  // namespace baodao::registration
