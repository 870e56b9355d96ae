#include "common/validate/tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/verification.pb.h"
#include "common/testing/matchers.h"
#include "common/testing/vocabulary_in_use.h"
#include "common/validate/validate.h"

namespace baodao::validate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kText = R"(
[skill]
medical = {zh = "医疗", en = "medicine"}
nursing = {zh = "护理", en = "nursing", parent = "medical"}
telegraphy = {zh = "电报", en = "telegraphy", retired = true}
[person]
veteran = {zh = "退役军人", en = "veteran"}
militia = {zh = "民兵", en = "militia", retired = true}
)";

class TagsTest : public ::testing::Test {
 protected:
  registration::v1::UpdatePersonRequest Update(const std::vector<std::string>& skills) {
    registration::v1::UpdatePersonRequest request;
    request.set_request_id("r");
    request.set_person_id("per_01J00000000000000000000009");
    for (const std::string& skill : skills) request.add_skills(skill);
    request.mutable_update_mask()->add_paths("skills");
    return request;
  }
  template <class Request>
  static std::vector<Violation> Faults(Request request) {
    return ViolationsOf(Validator(Request::descriptor()).Check(&request));
  }

  testing::VocabularyInUse vocabulary_{kText};
};

TEST_F(TagsTest, AnUnknownTagIsRefusedWithTheNearest) {
  const std::vector<Violation> faults = Faults(Update({"nursing", "nursng", "juggling"}));
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].field, "skills[1]");
  EXPECT_EQ(faults[0].kind, ViolationKind::UNKNOWN_TAG);
  EXPECT_EQ(Localise(faults[0], Locale::kZh), "没有这个技能：nursng（相近的有：nursing）");
  EXPECT_EQ(Localise(faults[0], Locale::kEn), "is no known skill: nursng (near it: nursing)");
  EXPECT_EQ(Localise(faults[1], Locale::kZh), "没有这个技能：juggling（可选项见词表）");
  EXPECT_EQ(Localise(faults[1], Locale::kEn),
            "is no known skill: juggling (the vocabulary lists them all)");
}

TEST_F(TagsTest, ATagOfAnotherKindIsUnknown) { EXPECT_EQ(Faults(Update({"veteran"})).size(), 1u); }

// When it is decided, so that a request that was answered already may come again.
TEST_F(TagsTest, ARetiredTagIsRefusedInWhatMakesARecord) {
  lists::v1::CreateNeedRequest request;
  request.add_skills("nursing");
  request.add_skills("telegraphy");
  for (const Violation& fault : Faults(request)) {
    EXPECT_NE(fault.kind, ViolationKind::RETIRED_TAG) << fault.field;
  }
  const std::vector<Violation> faults = ViolationsOf(CheckNewTags(request));
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].field, "skills[1]");
  EXPECT_EQ(faults[0].kind, ViolationKind::RETIRED_TAG);
  const absl::Status one = CheckNewTag(vocabulary::v1::TAG_KIND_PERSON, "category", "militia");
  ASSERT_EQ(ViolationsOf(one).size(), 1u);
  EXPECT_EQ(Localise(ViolationsOf(one)[0], Locale::kZh), "这个人员类别已停用，不能再新填：militia");
  EXPECT_THAT(CheckNewTag(vocabulary::v1::TAG_KIND_PERSON, "category", "veteran"), testing::IsOk());
  // Tags that are to be taken away, or looked for, may be retired.
  registration::v1::RevokeVerificationRequest revoke;
  revoke.set_request_id("r");
  revoke.set_person_id("per_01J00000000000000000000009");
  revoke.set_category("militia");
  revoke.set_reason("已退出");
  EXPECT_THAT(Faults(revoke), IsEmpty());
}

TEST_F(TagsTest, AnEditKeepsTheRetiredTagsOfItsRecordAndBringsInNone) {
  const registration::v1::UpdatePersonRequest request = Update({"nursing", "telegraphy"});
  EXPECT_THAT(Faults(request), IsEmpty());
  registration::v1::Person person;
  const absl::Status refused = CheckNewTags(request, person);
  ASSERT_EQ(ViolationsOf(refused).size(), 1u);
  EXPECT_EQ(ViolationsOf(refused)[0].field, "skills[1]");
  EXPECT_EQ(ViolationsOf(refused)[0].kind, ViolationKind::RETIRED_TAG);
  person.add_skills("telegraphy");
  EXPECT_THAT(CheckNewTags(request, person), testing::IsOk());
}

TEST_F(TagsTest, AnEditIsAboutTheFieldsOfItsMask) {
  registration::v1::UpdatePersonRequest request = Update({});
  request.add_categories("militia");
  EXPECT_THAT(CheckNewTags(request, registration::v1::Person()), testing::IsOk());
}

TEST_F(TagsTest, AFilterMeansAllBelowItsTag) {
  registration::v1::ListPeopleRequest request;
  EXPECT_THAT(TagsAskedFor(request, "skill"), IsEmpty());
  request.set_skill("medical");
  EXPECT_THAT(TagsAskedFor(request, "skill"), ElementsAre("medical", "nursing"));
}

}  // namespace
}  // namespace baodao::validate
