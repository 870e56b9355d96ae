// The records of registration.
#pragma once

#include "baodao/registration/v1/records.pb.h"
#include "common/clock/timestamp.h"
#include "common/record/change_event.h"
#include "common/record/page.h"
#include "common/record/type.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/credential_rules.h"
#include "services/registration/domain/liaison_rules.h"
#include "services/registration/domain/member_rules.h"
#include "services/registration/domain/registration_machine.h"
#include "services/registration/domain/registration_rules.h"
#include "services/registration/domain/service_point.h"
#include "services/registration/domain/verification_rules.h"

namespace baodao::registration {

bool FillEvent(const record::Versioned<v1::PersonRecord>& before, const v1::PersonRecord& after,
               events::v1::Event* event);
bool FillEvent(const record::Versioned<v1::UnitRecord>& before, const v1::UnitRecord& after,
               events::v1::Event* event);
// That a session has ended.
bool FillEvent(const record::Versioned<v1::SessionRecord>& before, const v1::SessionRecord& after,
               events::v1::Event* event);

// In the shard of the phone they came into being with.
inline constexpr record::Type<v1::PersonRecord, v1::Person> kPerson{
    .view = &v1::PersonRecord::person,
    .mutable_view = &v1::PersonRecord::mutable_person,
    .id = &v1::Person::person_id,
    .shards = record::Shards::kOther,
    .places =
        [](const v1::PersonRecord& record) {
          record::Places places;
          places.InAll();
          for (const std::string& area : record.area_codes()) places.InArea(area);
          return places;
        },
    .event = FillEvent,
    .deadline = NextTimeOf};

inline constexpr record::Type<v1::UnitRecord, v1::Unit> kUnit{
    .view = &v1::UnitRecord::unit,
    .mutable_view = &v1::UnitRecord::mutable_unit,
    .id = &v1::Unit::unit_id,
    .mutable_id = &v1::Unit::mutable_unit_id,
    .places =
        [](const v1::UnitRecord& record) {
          record::Places places;
          places.InArea(record.unit().area_code());
          for (const std::string& liaison : record.unit().liaison_ids()) places.Of(liaison);
          return places;
        },
    .event = FillEvent,
    .deadline = NextLiaisonLapse};

// The list of those who came through a unit: in the shards of the people, and not among the unit's
// own registrations.
inline std::string MembersOf(const std::string& unit_id) { return unit_id + "/members"; }
record::PageQuery MembersOfUnit(const store::Keys& keys, const std::string& unit_id);

// In the shard of its subject, with which it changes.
inline constexpr record::Type<v1::RegistrationRecord, v1::Registration> kRegistration{
    .view = &v1::RegistrationRecord::registration,
    .mutable_view = &v1::RegistrationRecord::mutable_registration,
    .id = &v1::Registration::registration_id,
    .shards = record::Shards::kByOwner,
    .places =
        [](const v1::RegistrationRecord& record) {
          const v1::Registration& registration = record.registration();
          record::Places places;
          places.InArea(registration.area_code(), registration.state())
              .Of(registration.subject_id());
          if (!IsMember(registration)) return places;
          return places.Of(MembersOf(registration.through_unit_id()));
        },
    .moves = [] { return kRegistrationMachine.Moves(); },
    // Without the liaison of a unit, which its writer adds.
    .event = record::ChangeEvent<&events::v1::Event::mutable_registration_changed,
                                 &events::v1::RegistrationChanged::mutable_registration,
                                 &v1::RegistrationRecord::registration>,
    .deadline = [](const v1::RegistrationRecord& record) -> std::optional<Time> {
      const std::optional<Deadline> deadline = DeadlineOf(record.registration());
      return deadline ? std::optional(deadline->due) : std::nullopt;
    },
    .over =
        [](int state) {
          return kRegistrationMachine.IsFinal(static_cast<v1::RegistrationState>(state));
        },
    .private_to = &v1::Registration::subject_id};

inline constexpr record::Type<v1::ServicePointRecord, v1::ServicePoint> kServicePoint{
    .view = &v1::ServicePointRecord::service_point,
    .mutable_view = &v1::ServicePointRecord::mutable_service_point,
    .id = &v1::ServicePoint::service_point_id,
    .mutable_id = &v1::ServicePoint::mutable_service_point_id,
    .places =
        [](const v1::ServicePointRecord& record) {
          const v1::ServicePoint& point = record.service_point();
          return record::Places()
              .InArea(point.area_code(), point.state())
              .Tagged(v1::ServicePointKind_Name(point.kind()));
        },
    .moves = [] { return kServicePointMachine.Moves(); },
    .event = record::ChangeEvent<&events::v1::Event::mutable_service_point_changed,
                                 &events::v1::ServicePointChanged::mutable_service_point,
                                 &v1::ServicePointRecord::service_point>,
    .deadline = CloseTimeOf,
    .lapse = Lapse};

// In the shard of its person, with whom it changes.
inline constexpr record::Type<v1::VerificationRecord, v1::Verification> kVerification{
    .view = &v1::VerificationRecord::verification,
    .mutable_view = &v1::VerificationRecord::mutable_verification,
    .id = &v1::Verification::verification_id,
    .shards = record::Shards::kByOwner,
    .places =
        [](const v1::VerificationRecord& record) {
          const v1::Verification& verification = record.verification();
          return record::Places()
              .InArea(verification.area_code(), verification.state())
              .Of(verification.person_id())
              .Of(verification.unit_id())
              .Tagged(verification.category());
        },
    .moves = [] { return kVerificationMachine.Moves(); },
    .event = record::ChangeEvent<&events::v1::Event::mutable_verification_changed,
                                 &events::v1::VerificationChanged::mutable_verification,
                                 &v1::VerificationRecord::verification>,
    .deadline = AnswerDeadline,
    .over =
        [](int state) {
          return kVerificationMachine.IsFinal(static_cast<v1::VerificationState>(state));
        },
    .private_to = &v1::Verification::person_id};
// The applications of people who came through a unit: they lie in the shards of the people.
record::PageQuery VerificationsOfUnit(const store::Keys& keys, const std::string& unit_id,
                                      const google::protobuf::RepeatedField<int>& states);

// The sessions of a person that are in force: they lie in the shards of the phones they were begun
// with, also one that the person is changing to, or signed in with until they were deleted.
record::PageQuery SessionsOf(const store::Keys& keys, const v1::PersonRecord& person);

// Both are deleted once nobody can use them any more.
inline constexpr record::Type<v1::LoginCodeRecord> kLoginCode{
    .id = &v1::LoginCodeRecord::challenge_id,
    .shards = record::Shards::kOther,
    .deadline =
        [](const v1::LoginCodeRecord& record) {
          return std::optional(ToTime(record.expire_time()));
        },
    .deleted_at_deadline = true};
inline constexpr record::Type<v1::SessionRecord> kSession{
    .id = &v1::SessionRecord::session_id,
    .shards = record::Shards::kOther,
    .places =
        [](const v1::SessionRecord& record) {
          return record.ended() ? record::Places() : record::Places().Of(record.person_id());
        },
    .event = FillEvent,
    .deadline =
        [](const v1::SessionRecord& record) {
          return std::optional(ToTime(record.refresh_expire_time()));
        },
    .deleted_at_deadline = true};

}  // namespace baodao::registration
