#include "services/registration/app/privacy_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

using Environment = std::map<std::string, std::string>;

config::Outcome Configured(Environment environment) {
  std::vector<config::Row> rows = config::ServiceRows(7101);
  for (config::Row& row : PrivacyRows()) rows.push_back(std::move(row));
  return config::Load("registration", "People.", rows, {{}, std::move(environment)});
}

const Environment& AllSet() {
  static const Environment all = {
      {"BAODAO_PRIVACY_VERSION", "2026-11"},
      {"BAODAO_REGISTRATION_PRIVACY_URL", "https://example.org/privacy"},
      {"BAODAO_REGISTRATION_PRIVACY_SHA256", std::string(64, 'f')},
      {"BAODAO_REGISTRATION_PRIVACY_SINCE", "2026-11-01 00:00"}};
  return all;
}

TEST(PrivacyTerms, AreWhatTheOperatorHasSet) {
  const auto terms = PrivacyTermsOf(Configured(AllSet()).config);
  ASSERT_THAT(terms, testing::IsOk());
  EXPECT_EQ(terms->version(), "2026-11");
  EXPECT_EQ(terms->url(), "https://example.org/privacy");
  EXPECT_EQ(terms->sha256(), std::string(32, '\xff'));
  EXPECT_EQ(LocalTime(ToTime(terms->since_time())), "2026-11-01 00:00");
}

TEST(PrivacyTerms, AreAllThereOrNone) {
  EXPECT_EQ(PrivacyTermsOf(Configured({}).config)->ByteSizeLong(), 0u);
  for (const auto& [name, value] : AllSet()) {
    Environment some = AllSet();
    some.erase(name);
    EXPECT_FALSE(PrivacyTermsOf(Configured(some).config).ok()) << "without " << name;
  }
}

TEST(PrivacyTerms, AreCheckedWhereTheyAreRead) {
  for (const auto& [name, wrong] :
       Environment{{"BAODAO_PRIVACY_VERSION", "第一版"},
                   {"BAODAO_REGISTRATION_PRIVACY_SHA256", std::string(63, 'f')},
                   {"BAODAO_REGISTRATION_PRIVACY_SINCE", "2026-11-01"}}) {
    Environment some = AllSet();
    some[name] = wrong;
    EXPECT_EQ(Configured(some).exit_code, 2) << name;
  }
}

}  // namespace
}  // namespace baodao::registration
