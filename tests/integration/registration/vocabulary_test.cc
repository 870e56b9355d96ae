// The vocabulary as apps read it, and what it lets through.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "baodao/registration/v1/vocabulary.grpc.pb.h"
#include "common/testing/matchers.h"
#include "common/testing/paths.h"
#include "common/testing/vocabulary_in_use.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

using Vocabularies = rpc::AsyncOf<v1::VocabularyService>;

// The shipped file, in which nobody becomes a volunteer, a nurse or a paired unit any more.
std::string NextYear() {
  std::ifstream file(testing::SourceFile("ops/data/vocabulary.toml"));
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (const char* name : {"volunteer", "nurse", "paired unit"}) {
    const std::string line = "en = \"" + std::string(name) + "\"}";
    text.replace(text.find(line), line.size() - 1,
                 line.substr(0, line.size() - 1) + ", retired = true");
  }
  return text;
}

class VocabularyTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::Vocabulary> Get(const v1::GetVocabularyRequest& request = {}) {
    return Call(vocabularies_, &Vocabularies::GetVocabulary, "", request);
  }
  absl::StatusOr<v1::Person> SetCategories(const Account& account,
                                           const std::vector<std::string>& categories) {
    v1::UpdatePersonRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    for (const std::string& category : categories) request.add_categories(category);
    request.mutable_update_mask()->add_paths("categories");
    return Call(*person_client_, &People::UpdatePerson, account.token, request);
  }

  absl::StatusOr<v1::Person> GrantNurse(const Account& account) {
    v1::GrantCredentialRequest grant;
    grant.set_request_id(NextRequest());
    grant.set_person_id(account.id);
    grant.set_kind("nurse");
    grant.set_issuer("上海市卫生健康委员会");
    *grant.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::days(400));
    return Call(*person_client_, &People::GrantCredential, Coordinator("c1"), grant);
  }

  rpc::Client<v1::VocabularyService> vocabularies_{channel()};
};

INSTANTIATE_TEST_SUITE_P(Stores, VocabularyTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(VocabularyTest, EverybodyReadsItAndKeepsItUntilItChanges) {
  const auto all = Get();
  ASSERT_THAT(all, testing::IsOk());
  EXPECT_EQ(static_cast<size_t>(all->tags_size()), vocabulary::Current().tags().size());
  v1::GetVocabularyRequest people;
  people.add_kinds(vocabulary::v1::TAG_KIND_PERSON);
  const auto categories = Get(people);
  ASSERT_THAT(categories, testing::IsOk());
  ASSERT_GT(categories->tags_size(), 5);
  const v1::Tag& first = categories->tags(0);
  EXPECT_EQ(first.tag(), "party_member");
  EXPECT_EQ(first.name_zh(), "党员");
  EXPECT_EQ(first.name_en(), "party member");
  EXPECT_EQ(first.kind(), vocabulary::v1::TAG_KIND_PERSON);
  EXPECT_TRUE(first.needs_verification());
  EXPECT_FALSE(first.retired());
  const auto courier = std::ranges::find(categories->tags(), "courier", &v1::Tag::tag);
  ASSERT_NE(courier, categories->tags().end());
  EXPECT_EQ(courier->parent(), "new_employment");

  people.set_known_version(categories->version());
  EXPECT_EQ(Get(people)->tags_size(), 0);
  const testing::VocabularyInUse next(NextYear());
  const auto changed = Get(people);
  EXPECT_EQ(changed->tags_size(), categories->tags_size());
  EXPECT_NE(changed->version(), categories->version());
}

TEST_P(VocabularyTest, OldRecordsKeepRetiredTagsAndNobodyTakesThemAnew) {
  const Account old = LogIn("13812345678");
  const Account young = LogIn("13912345678");
  ASSERT_THAT(SetCategories(old, {"volunteer"}), testing::IsOk());
  const auto unknown = SetCategories(old, {"volunteers"});
  ASSERT_EQ(ReasonName(unknown), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ViolationsOf(unknown.status())[0].field, "categories[0]");
  EXPECT_EQ(ViolationsOf(unknown.status())[0].arguments.at("near"), "volunteer");

  const testing::VocabularyInUse next(NextYear());
  const auto kept = SetCategories(old, {"student", "volunteer"});
  ASSERT_THAT(kept, testing::IsOk());
  EXPECT_THAT(kept->categories(), ElementsAre("student", "volunteer"));
  const auto refused = SetCategories(young, {"student", "volunteer"});
  ASSERT_EQ(ReasonName(refused), "INVALID_ARGUMENT_FIELDS");
  ASSERT_EQ(ViolationsOf(refused.status()).size(), 1u);
  EXPECT_EQ(ViolationsOf(refused.status())[0].field, "categories[1]");
  EXPECT_EQ(ViolationsOf(refused.status())[0].kind, ViolationKind::RETIRED_TAG);
  ASSERT_THAT(SetCategories(old, {"student"}), testing::IsOk());
  EXPECT_EQ(ReasonName(SetCategories(old, {"volunteer"})), "INVALID_ARGUMENT_FIELDS");
}

TEST_P(VocabularyTest, ACredentialOfARetiredKindIsRenewedAndNotGrantedAnew) {
  const Account old = LogIn("13812345678");
  const Account young = LogIn("13912345678");
  Join(old, "c1");
  Join(young, "c1");
  ASSERT_THAT(GrantNurse(old), testing::IsOk());
  const testing::VocabularyInUse next(NextYear());
  EXPECT_THAT(GrantNurse(old), testing::IsOk());
  const auto refused = GrantNurse(young);
  ASSERT_EQ(ReasonName(refused), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ViolationsOf(refused.status())[0].field, "kind");
  EXPECT_EQ(ViolationsOf(refused.status())[0].kind, ViolationKind::RETIRED_TAG);
}

TEST_P(VocabularyTest, ARequestSentAgainIsAnsweredThoughItsTagIsRetiredSince) {
  v1::CreateUnitRequest request;
  request.set_request_id(NextRequest());
  request.set_name("同济大学");
  request.set_kind(v1::UNIT_KIND_INSTITUTION);
  request.set_area_code("c1");
  request.add_categories("pairing");
  const auto create = [&] {
    return Call(*unit_client_, &Units::CreateUnit, Coordinator("31"), request);
  };
  const auto made = create();
  ASSERT_THAT(made, testing::IsOk());
  const testing::VocabularyInUse next(NextYear());
  EXPECT_EQ(Ok(create()).unit_id(), made->unit_id());
  request.set_request_id(NextRequest());
  const auto refused = create();
  ASSERT_EQ(ReasonName(refused), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ViolationsOf(refused.status())[0].field, "categories[0]");
  EXPECT_EQ(ViolationsOf(refused.status())[0].kind, ViolationKind::RETIRED_TAG);
}

}  // namespace
}  // namespace baodao::registration
