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
  // The people who may speak for it: itself, or the unit's liaisons.
  std::vector<std::string> speakers() const;
  bool IsSpokenForBy(std::string_view person_id) const;
  // The liaison of a unit who did something, or the first where somebody else did; empty for a
  // person.
  std::string LiaisonFor(const std::string& actor_id) const;
  // As it was read, with what was noted; nobody for a unit.
  const v1::Person& person() const { return person_after_.person(); }
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
