#include "ops/ctl/record_types.h"

#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/record/machine.h"
#include "common/status/status.h"
#include "common/testing/paths.h"
#include "tests/ctl.h"

namespace baodao::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

TEST(RecordTypesTest, TheProtosTellNamePrefixServiceAndMethod) {
  const std::vector<RecordType> types = RecordTypes();
  const auto point = std::ranges::find(types, "service_point", &RecordType::name);
  ASSERT_NE(point, types.end());
  EXPECT_EQ(point->prefix, "spt");
  EXPECT_EQ(point->service, "registration");
  EXPECT_EQ(point->get->full_name(), "baodao.registration.v1.ServicePointService.GetServicePoint");
  EXPECT_EQ(point->IdField(), "service_point_id");
}

TEST(RecordTypesTest, WhatNobodyMayReadIsNone) {
  for (const RecordType& type : RecordTypes()) EXPECT_NE(type.name, "session");
}

// Inspect asks the service for nothing but the id, and goes by the prefix alone.
TEST(RecordTypesTest, EveryTypeIsToldByItsPrefixAndAskedForByItsId) {
  std::set<std::string> prefixes;
  for (const RecordType& type : RecordTypes()) {
    EXPECT_TRUE(prefixes.insert(type.prefix).second) << type.prefix << " of " << type.name;
    EXPECT_EQ(type.get->input_type()->field_count(), 1) << type.get->full_name();
    EXPECT_NE(std::ranges::find(config::kServices, type.service), config::kServices.end());
    EXPECT_NE(type.get->output_type()->FindFieldByName(type.IdField()), nullptr) << type.name;
  }
}

TEST(RecordTypesTest, EveryTypeHasANameInChinese) {
  for (const RecordType& type : RecordTypes()) {
    EXPECT_THAT(Localise(NotFound(type.name, "x"), Locale::kZh), Not(HasSubstr(type.name)))
        << "common/status/terms.def lacks it";
  }
}

TEST(RecordTypesTest, EveryStateHasANameInChinese) {
  int found = 0;
  for (const google::protobuf::FileDescriptor* file : ProtoFiles()) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      const auto& states = *file->enum_type(i);
      if (!absl::EndsWith(states.name(), "State")) continue;
      ++found;
      for (int v = 1; v < states.value_count(); ++v) {
        const std::string name = record::StateName(states, states.value(v)->number());
        EXPECT_THAT(Localise(WrongState(name), Locale::kZh), Not(HasSubstr(name)))
            << "common/status/terms.def lacks a state of " << states.full_name();
      }
    }
  }
  EXPECT_GE(found, 7);
}

TEST(RecordTypesTest, TheListOfKeysHasEveryType) {
  for (const RecordType& type : RecordTypes()) {
    const std::string path = "services/" + type.service + "/store/keys.h";
    std::ifstream file(testing::SourceFile(path));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_THAT(text, HasSubstr("\n//   " + type.name + ":<")) << path << " lacks it";
  }
}

// The list of keys names the settings that say how long a record is kept.
TEST(RecordTypesTest, EveryKindThatEndsHasASetting) {
  std::set<std::string> kinds;
  const std::regex setting("keep_([a-z_]+)");
  for (const std::string_view service : config::kServices) {
    std::ifstream file(testing::SourceFile("services/" + std::string(service) + "/store/keys.h"));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator at(text.begin(), text.end(), setting), end; at != end; ++at) {
      kinds.insert((*at)[1]);
    }
  }
  EXPECT_THAT(config::kEndingKinds, UnorderedElementsAreArray(kinds));
}

TEST(RecordTypesTest, TheHelpOfInspectNamesThemAll) {
  const Outcome help = OutcomeOf({"inspect", "--help"});
  for (const RecordType& type : RecordTypes()) EXPECT_THAT(help.out, HasSubstr(type.prefix + "_…"));
}

}  // namespace
}  // namespace baodao::ctl
