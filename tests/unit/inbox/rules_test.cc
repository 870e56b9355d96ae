// The tables of who hears what are complete: every transition tells each party, or says why not.
#include "services/inbox/domain/rules.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "services/inbox/domain/kinds.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {
namespace {

struct Book {
  std::string name;
  const RuleBook& rules;
  // The states, or kinds of change, there are.
  std::vector<int> states;
};

std::vector<int> ValuesOf(const google::protobuf::EnumDescriptor* states) {
  std::vector<int> values;
  for (int i = 0; i < states->value_count(); ++i) {
    if (states->value(i)->number() != 0) values.push_back(states->value(i)->number());
  }
  return values;
}

// And 0: it has none any more.
std::vector<int> ValuesAndNone(const google::protobuf::EnumDescriptor* states) {
  std::vector<int> values = ValuesOf(states);
  values.push_back(0);
  return values;
}

std::vector<Book> Books() {
  return {
      {"registration", RegistrationRules(),
       ValuesOf(registration::v1::RegistrationState_descriptor())},
      {"role", RoleRules(), {0, 1}},
      {"phone", PhoneRules(), {0}},
      {"sign in", SignInRules(), {0}},
      {"deletion", DeletionRules(), {0, 1}},
      {"credential", CredentialRules(), {0, 1, kExpiring}},
      {"category", CategoryRules(), {0}},
      {"verification", VerificationRules(),
       ValuesOf(registration::v1::VerificationState_descriptor())},
      {"need", NeedRules(), ValuesOf(lists::v1::NeedState_descriptor())},
      {"need_series", NeedSeriesRules(), ValuesOf(lists::v1::NeedSeriesState_descriptor())},
      {"resource", ResourceRules(), ValuesOf(lists::v1::ResourceState_descriptor())},
      {"booking", BookingRules(), ValuesOf(lists::v1::BookingState_descriptor())},
      {"project", ProjectRules(), ValuesOf(lists::v1::ProjectState_descriptor())},
      {"task", TaskRules(), ValuesOf(events::v1::TaskChange_descriptor())},
      {"assignment", AssignmentRules(), ValuesOf(dispatch::v1::AssignmentState_descriptor())},
      {"credit request", CreditRequestRules(),
       ValuesOf(dispatch::v1::CreditRequestState_descriptor())},
      {"hours", HoursRules(), {0}},
      {"message", MessageRules(), {0}},
      {"rating", RatingRules(), {0, 1}},
      {"complaint", ComplaintRules(), ValuesOf(dispatch::v1::ComplaintState_descriptor())},
      {"liaison", LiaisonRules(), ValuesOf(events::v1::LiaisonStep_descriptor())},
      {"member", MemberRules(), {0, 1}},
      {"unit claim", UnitClaimRules(), ValuesOf(dispatch::v1::UnitClaimState_descriptor())},
      {"leader", LeaderRules(), ValuesOf(events::v1::LeaderStep_descriptor())},
      {"check-in", CheckInRules(), ValuesAndNone(dispatch::v1::CheckInState_descriptor())},
      {"certificate", CertificateRules(), ValuesOf(dispatch::v1::CertificateState_descriptor())},
      {"calendar feed", CalendarFeedRules(), {0, 1}},
  };
}

TEST(Rules, EveryTransitionTellsEachPartyOrSaysWhyNot) {
  for (const Book& book : Books()) {
    for (const int after : book.states) {
      std::vector<int> from = book.states;
      from.push_back(0);  // it is new
      for (const int before : from) {
        for (const Party to : book.rules.parties) {
          const Rule* const rule = book.rules.Find(before, after, How::kPlain, to);
          ASSERT_NE(rule, nullptr) << book.name << ": " << before << " → " << after << " to party "
                                   << static_cast<int>(to);
          EXPECT_NE(rule->kind.empty(), rule->why_not.empty())
              << book.name << ": " << before << " → " << after;
        }
      }
    }
  }
}

TEST(Rules, EveryRowIsUsedAndThereAreNoTwoForTheSame) {
  for (const Book& book : Books()) {
    for (const Rule& rule : book.rules.rules) {
      EXPECT_TRUE(std::ranges::count(book.rules.parties, rule.to) == 1) << book.name;
      bool used = false;
      for (const int after : book.states) {
        if (rule.after != kAny && rule.after != after) continue;
        for (const int before : book.states) {
          if (rule.before != kAny && rule.before != before) continue;
          used = used || book.rules.Find(before, after, rule.how, rule.to) == &rule;
        }
      }
      EXPECT_TRUE(used) << book.name << ": " << rule.before << " → " << rule.after << " "
                        << rule.kind;
    }
  }
}

TEST(Rules, EveryKindToldHasWordsAndEveryTextIsToldToSomebody) {
  std::set<std::string_view> told{"sign_in_reminder"};  // by its timer
  for (const Book& book : Books()) {
    for (const Rule& rule : book.rules.rules) {
      if (!rule.kind.empty()) told.insert(rule.kind);
    }
  }
  const std::vector<std::string_view> kinds = Kinds();
  EXPECT_EQ(told, std::set<std::string_view>(kinds.begin(), kinds.end()));
}

TEST(Rules, EveryEventHasRulesOrConcernsNobody) {
  const std::set<int> with_rules = {events::v1::Event::kRegistrationChanged,
                                    events::v1::Event::kRoleChanged,
                                    events::v1::Event::kPhoneChanged,
                                    events::v1::Event::kCredentialChanged,
                                    events::v1::Event::kNeedChanged,
                                    events::v1::Event::kResourceChanged,
                                    events::v1::Event::kProjectChanged,
                                    events::v1::Event::kTaskChanged,
                                    events::v1::Event::kAssignmentChanged,
                                    events::v1::Event::kHoursCredited,
                                    events::v1::Event::kVerificationChanged,
                                    events::v1::Event::kCategoryRevoked,
                                    events::v1::Event::kCredentialExpiring,
                                    events::v1::Event::kCreditRequestChanged,
                                    events::v1::Event::kBookingChanged,
                                    events::v1::Event::kTaskMessageSent,
                                    events::v1::Event::kServiceRated,
                                    events::v1::Event::kComplaintChanged,
                                    events::v1::Event::kUnitLiaisonChanged,
                                    events::v1::Event::kUnitMemberChanged,
                                    events::v1::Event::kUnitClaimChanged,
                                    events::v1::Event::kCertificateChanged,
                                    events::v1::Event::kCalendarFeedChanged,
                                    events::v1::Event::kNeedSeriesChanged,
                                    events::v1::Event::kSignedIn,
                                    events::v1::Event::kAccountDeletionChanged,
                                    events::v1::Event::kLeaderChanged,
                                    events::v1::Event::kCheckInChanged};
  const auto* const change = events::v1::Event::descriptor()->FindOneofByName("change");
  for (int i = 0; i < change->field_count(); ++i) {
    const int number = change->field(i)->number();
    EXPECT_EQ(WhyNobodyHears(number).empty(), with_rules.contains(number))
        << change->field(i)->name()
        << ": say in services/inbox/domain/rules.cc why nobody hears of it (WhyNobodyHears), or "
           "write rules and name it here";
  }
}

// Somebody asks why, and somebody has said it: it must not get lost in between.
TEST(Rules, WhatHasAReasonPassesItOn) {
  for (const char* kind : {"registration_rejected",
                           "registration_suspended",
                           "registration_ended",
                           "registration_left",
                           "credential_revoked",
                           "category_revoked",
                           "verification_approved",
                           "verification_rejected",
                           "need_returned",
                           "need_rejected",
                           "need_merged",
                           "need_cancelled",
                           "need_given_up",
                           "resource_withdrawn",
                           "resource_gone",
                           "booking_rejected",
                           "booking_cancelled",
                           "booking_gone",
                           "project_rejected",
                           "project_cancelled",
                           "series_rejected",
                           "series_ended",
                           "project_given_back",
                           "task_cancelled",
                           "request_cancelled",
                           "task_withdrawn",
                           "helper_dropped_out",
                           "nobody_coming",
                           "task_dropout",
                           "task_short",
                           "offer_declined",
                           "offer_withdrawn",
                           "hours_reversed",
                           "hours_confirmed",
                           "credit_rejected",
                           "certificate_revoked",
                           "low_rating",
                           "unit_liaison_answered",
                           "unit_claim_settled"}) {
    const auto& mentioned = ParametersOf(kind);
    EXPECT_TRUE(mentioned.contains("reason") || mentioned.contains("comment")) << kind;
  }
  for (const char* kind : {"standing_lost", "standing_in_question", "standing_lost_on_duty",
                           "task_dropout", "task_short"}) {
    EXPECT_TRUE(ParametersOf(kind).contains("cause")) << kind;
  }
}

TEST(Rules, SpecialKindsAreKinds) {
  int urgent = 0, families = 0;
  for (const std::string_view kind : Kinds()) {
    urgent += IsUrgent(kind);
    families += !FamilyOf(kind).empty();
  }
  EXPECT_EQ(urgent, 17);
  EXPECT_EQ(families, 52);
}

}  // namespace
}  // namespace baodao::inbox
