// A file of the vocabulary, looked at without a backend.
#include <gtest/gtest.h>

#include "common/testing/paths.h"
#include "common/testing/temp_dir.h"
#include "common/vocabulary/current.h"
#include "tests/ctl.h"

namespace baodao::ctl {
namespace {

TEST(VocabularyCommandTest, ShowsWhatTheShippedFileHas) {
  const Outcome outcome =
      OutcomeOf({"vocabulary", "check", baodao::testing::SourceFile("ops/data/vocabulary.toml")});
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_NE(outcome.out.find("CREDENTIAL"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("version " + vocabulary::Current().version()), std::string::npos)
      << outcome.out;
}

TEST(VocabularyCommandTest, NamesTheLineThatIsWrong) {
  const baodao::testing::TempDir dir;
  const std::string file = dir.Write("v.toml", "[skill]\nx = {zh = \"一\"}\n");
  const Outcome outcome = OutcomeOf({"vocabulary", "check", file});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_NE(outcome.err.find("v.toml:2: skill.x: en is missing"), std::string::npos) << outcome.err;
  EXPECT_NE(OutcomeOf({"vocabulary", "check", dir.File("none.toml")}).code, kOk);
}

}  // namespace
}  // namespace baodao::ctl
