// One need lives from its first word to its end, and at each step everybody asks every RPC that
// reads anything about it: no answer holds what is private but where and while it is meant to.
#include <gtest/gtest.h>

#include "common/status/grpc.h"
#include "tests/e2e/privacy/exposures.h"

namespace baodao::testing {
namespace {

// One private value in one answer.
struct Shown {
  std::string secret;
  std::string who;
  std::string method;
  Phase phase;

  std::string Text() const {
    return who + " is shown " + secret + " by " + method + " when it is " + NameOf(phase);
  }
};

class PrivacyTest : public ::testing::Test {
 protected:
  static Town::Options TownOptions() {
    Town::Options options;
    options.people = 11;
    options.communities = 2;
    options.units = 2;
    return options;
  }

  // Everybody asks everything.
  void Walk(Phase phase) {
    for (const Life::Heard& heard : life_.TakeHeard()) {
      LookThrough(heard.bytes, heard.who, heard.method, phase);
    }
    for (const Rpc& rpc : reads_) {
      for (const auto& [who, token] : life_.tokens()) {
        for (const auto& request : RequestsOf(rpc, who)) {
          const Answered answered = life_.caller().Call(rpc, token, *request);
          LookThrough(answered.bytes + answered.status.error_details(), who, rpc.method->name(),
                      phase);
          if (answered.ok()) {
            refused_.erase(rpc.method->full_name());
            answered_.insert(rpc.method->full_name());
          } else if (!answered_.contains(rpc.method->full_name())) {
            refused_[rpc.method->full_name()] = answered.status.error_message();
          }
        }
      }
    }
  }

  // Those that read, are not for services alone, and tell more than they were sent (diagnostics).
  static std::vector<Rpc> Reads() {
    std::vector<Rpc> reads = AllRpcs();
    std::erase_if(reads, [](const Rpc& rpc) {
      return !IsRead(rpc) || rpc.rule.audience() == auth::v1::AUDIENCE_SERVICE ||
             ctl::ServiceOf(*rpc.method->file()) == "diagnostics";
    });
    return reads;
  }

  // The requests that name what the life is about; where that is a person, also the caller, and
  // where it is words, also private ones.
  std::vector<std::unique_ptr<Message>> RequestsOf(const Rpc& rpc, const std::string& who) {
    const auto* type = rpc.method->input_type();
    const std::unique_ptr<Message> request = NewRequest(rpc);
    Fill(*request);
    for (const auto& [field, value] : life_.named()) {
      if (IsText(type, field)) SetPath(*request, field, value);
    }
    SetTimesAndPlaces(*request);
    std::vector<std::unique_ptr<Message>> requests;
    const auto add = [&](const std::string& field, const std::string& value) {
      requests.emplace_back(request->New());
      requests.back()->CopyFrom(*request);
      if (!field.empty()) SetPath(*requests.back(), field, value);
    };
    for (const char* field : {"person_id", "subject_id", "owner_id"}) {
      if (!IsText(type, field)) continue;
      for (const std::string& whom : std::set<std::string>{"requester", "volunteer", who}) {
        add(field, life_.PersonOf(whom));
      }
    }
    if (IsText(type, "query")) {
      for (const Secret& secret : life_.secrets()) {
        static const std::set<std::string> kWords = {"volunteer.name", "volunteer.phone",
                                                     "contact.name", "contact.phone"};
        if (kWords.contains(secret.name)) add("query", secret.value);
      }
      add("", "");
    }
    for (const char* optional : {"owner_id", "unit_id"}) {
      if (IsOptional(type, optional)) add(optional, "");
    }
    if (requests.empty()) add("", "");
    return requests;
  }
  static bool IsText(const google::protobuf::Descriptor* type, const std::string& name) {
    const FieldDescriptor* field = type->FindFieldByName(name);
    return field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
           !field->is_repeated();
  }
  static bool IsOptional(const google::protobuf::Descriptor* type, const std::string& name) {
    const FieldDescriptor* field = type->FindFieldByName(name);
    return field != nullptr && !field->options().GetExtension(validate::v1::field).required();
  }
  // Periods are over the last day, points are the community's.
  void SetTimesAndPlaces(Message& request) {
    const auto* type = request.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (field->is_repeated() || field->message_type() == nullptr) continue;
      Message* inner = request.GetReflection()->MutableMessage(&request, field);
      if (auto* window = dynamic_cast<common::v1::TimeWindow*>(inner)) {
        const Time now = SystemClock().Now();
        *window->mutable_start() = ToTimestamp(now - std::chrono::hours(24));
        *window->mutable_end() = ToTimestamp(now + std::chrono::hours(1));
      } else if (auto* point = dynamic_cast<common::v1::GeoPoint*>(inner)) {
        *point = town_.world->communities[0].area.center();
      } else {
        request.GetReflection()->ClearField(&request, field);
      }
    }
  }

  void LookThrough(const std::string& bytes, const std::string& who, const std::string& method,
                   Phase phase) {
    for (const Secret& secret : life_.secrets()) {
      const bool is_own = secret.owner == who;
      if (is_own || bytes.find(secret.value) == std::string::npos) continue;
      const Shown shown{secret.name, who, method, phase};
      shown_.emplace(shown.Text(), shown);
    }
  }

  static bool Allows(const Exposure& row, const Shown& shown) {
    return row.secrets.contains(shown.secret) && row.who.contains(shown.who) &&
           row.methods.contains(shown.method) && row.from <= shown.phase &&
           shown.phase <= row.until;
  }

  Town town_{TownOptions()};
  Life life_{town_};
  std::map<std::string, Shown> shown_;
  const std::vector<Rpc> reads_ = Reads();
  std::set<std::string> answered_;              // of these, to somebody
  std::map<std::string, std::string> refused_;  // of these, to everybody; with the last refusal
};

TEST_F(PrivacyTest, WhatIsPrivateIsShownOnlyWhereAndWhileItIsMeantTo) {
  life_.Raise();
  Walk(Phase::kRaised);
  life_.Publish();
  Walk(Phase::kPublished);
  life_.Accept();
  Walk(Phase::kAccepted);
  life_.Serve();
  Walk(Phase::kOver);
  life_.Close();
  Walk(Phase::kClosed);

  for (const auto& [text, shown] : shown_) {
    const bool allowed =
        std::ranges::any_of(Exposures(), [&](const Exposure& row) { return Allows(row, shown); });
    EXPECT_TRUE(allowed) << text;
  }
  // A row that allows what never happens hides what would be wrong: each secret is shown to each of
  // those it names, something by each method, and something in its first phase and in its last.
  for (const Exposure& row : Exposures()) {
    const auto seen = [&](const auto& fits) {
      return std::ranges::any_of(shown_, [&](const auto& entry) {
        return Allows(row, entry.second) && fits(entry.second);
      });
    };
    for (const std::string& secret : row.secrets) {
      for (const std::string& who : row.who) {
        EXPECT_TRUE(seen([&](const Shown& shown) {
          return shown.secret == secret && shown.who == who;
        })) << secret
            << " for " << who << " (" << row.why << ") is never shown";
      }
    }
    for (const std::string& method : row.methods) {
      EXPECT_TRUE(seen([&](const Shown& shown) { return shown.method == method; }))
          << method << " shows nothing of \"" << row.why << "\"";
    }
    for (const Phase phase : {row.from, row.until}) {
      EXPECT_TRUE(seen([&](const Shown& shown) { return shown.phase == phase; }))
          << "nothing of \"" << row.why << "\" is shown when it is " << NameOf(phase);
    }
  }
  // An answer that nobody got was not looked through.
  for (const auto& [method, refusal] : refused_) {
    ADD_FAILURE() << method << " is answered to nobody, at last with: " << refusal;
  }
}

}  // namespace
}  // namespace baodao::testing
