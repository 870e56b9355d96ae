// Gathers the notices of one event. Used by the files that know one service's events each.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "services/inbox/domain/notice.h"

namespace baodao::inbox {

class Collector {
 public:
  using Params = std::initializer_list<std::pair<std::string_view, std::string>>;

  explicit Collector(const events::v1::Event& event) : event_(event) {}

  // Empty ids are skipped: there is nobody to tell. Empty parameters are left out.
  void Person(const std::string& id, std::string_view kind, std::string_view subject,
              Params params) {
    Add({Recipient::Kind::kPerson, id}, kind, subject, params);
  }
  void Area(const std::string& code, std::string_view kind, std::string_view subject,
            Params params) {
    Add({Recipient::Kind::kArea, code}, kind, subject, params);
  }
  void Liaison(const std::string& unit_id, std::string_view kind, std::string_view subject,
               Params params) {
    Add({Recipient::Kind::kLiaison, unit_id}, kind, subject, params);
  }

  // The notice told last; there must be one.
  Notice& last() { return notices_.back(); }
  Time time() const { return ToTime(event_.time()); }
  const std::string& actor() const { return event_.actor_id(); }
  std::vector<Notice> Take() { return std::move(notices_); }

 private:
  void Add(Recipient to, std::string_view kind, std::string_view subject, Params params) {
    if (to.id.empty()) return;
    Notice& notice = notices_.emplace_back();
    notice.to = std::move(to);
    notice.record.set_kind(std::string(kind));
    notice.record.set_subject_id(std::string(subject));
    for (const auto& [key, value] : params) {
      if (!value.empty()) (*notice.record.mutable_params())[std::string(key)] = value;
    }
    *notice.record.mutable_time() = event_.time();
  }

  const events::v1::Event& event_;
  std::vector<Notice> notices_;
};

// One service's part of NoticesOf.
void TellOfRegistration(const events::v1::RegistrationChanged& changed, Collector* tell);
void TellOfCredential(const events::v1::CredentialChanged& changed, Collector* tell);
void TellOfRole(const events::v1::RoleChanged& changed, Collector* tell);
void TellOfNeed(const events::v1::NeedChanged& changed, Collector* tell);
void TellOfProject(const events::v1::ProjectChanged& changed, Collector* tell);
void TellOfTask(const events::v1::TaskChanged& changed, Collector* tell);
void TellOfAssignment(const events::v1::AssignmentChanged& changed, Collector* tell);
void TellOfHours(const events::v1::HoursCredited& credited, Collector* tell);

}  // namespace baodao::inbox
