#include "services/registration/app/vault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/search/blind_terms.h"
#include "common/testing/matchers.h"
#include "services/registration/store/records.h"

namespace baodao::registration {
namespace {

class VaultTest : public ::testing::Test {
 protected:
  v1::PersonRecord Sealed() {
    v1::PersonRecord record;
    record.mutable_person()->set_person_id("per_1");
    PrivateFields fields{"张三丰", "13812341234", "上海市杨浦区平凉路1000弄3号", std::nullopt};
    fields.home.emplace().set_latitude(31.27364);
    vault_.Seal(fields, &record);
    return record;
  }

  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  Vault vault_{ring_};
};

TEST_F(VaultTest, NothingPrivateIsReadableInTheRecord) {
  const std::string bytes = Sealed().SerializeAsString();
  for (const char* text : {"张", "1381234", "平凉路"}) {
    EXPECT_EQ(bytes.find(text), std::string::npos) << text;
  }
}

TEST_F(VaultTest, OwnersSeeAllOthersMasks) {
  const auto own = vault_.Show(Sealed(), true);
  ASSERT_THAT(own, testing::IsOk());
  EXPECT_EQ(own->display_name(), "张三丰");
  EXPECT_EQ(own->phone(), "13812341234");
  EXPECT_EQ(own->address(), "上海市杨浦区平凉路1000弄3号");
  const auto others = vault_.Show(Sealed(), false);
  EXPECT_EQ(others->display_name(), "张**");
  EXPECT_EQ(others->phone(), "138****1234");
  EXPECT_EQ(others->address().find("1000弄"), std::string::npos);
  EXPECT_EQ(vault_.Open(Sealed())->home->latitude(), 31.27364);
}

// Others follow people by keyed hashes: events have these, and no name and no phone.
TEST_F(VaultTest, EventsTellWhatAPersonIsFoundBy) {
  record::Versioned<v1::PersonRecord> before;
  events::v1::Event event;
  ASSERT_TRUE(FillEvent(before, Sealed(), &event));
  const auto& terms = event.profile_changed().search_terms();
  for (const char* query : {"张", "三丰", "13812341234"}) {
    for (const std::string& term : search::BlindQuery(ring_, query)) {
      EXPECT_THAT(terms, ::testing::Contains(term)) << query;
    }
  }
  EXPECT_EQ(event.SerializeAsString().find("张"), std::string::npos);
}

TEST_F(VaultTest, SealedFieldsCannotBeSwapped) {
  v1::PersonRecord record = Sealed();
  record.mutable_person()->set_person_id("per_2");
  EXPECT_EQ(vault_.Open(record).status().code(), absl::StatusCode::kDataLoss);
  record = Sealed();
  std::swap(*record.mutable_sealed_name(), *record.mutable_sealed_address());
  EXPECT_EQ(vault_.Open(record).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(VaultTest, RefreshTokensProveTheirOrigin) {
  const std::string session = ids::New("ses", 3);
  const std::string token = vault_.NextRefreshToken(vault_.FirstRefreshToken(session));
  EXPECT_LE(token.size(), 200u);
  EXPECT_EQ(vault_.SessionOf(token), session);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(vault_.SessionOf(changed), "") << i;
  }
  for (const char* other : {"", ".", "..", "ses_1.x.y", "no dots"}) {
    EXPECT_EQ(vault_.SessionOf(other), "");
  }
}

TEST_F(VaultTest, EveryRefreshTokenHasOneSuccessorWhichNobodyElseCanTell) {
  const std::string session = ids::New("ses", 3);
  const std::string first = vault_.FirstRefreshToken(session);
  const std::string second = vault_.NextRefreshToken(first);
  EXPECT_EQ(vault_.NextRefreshToken(first), second);
  EXPECT_NE(second, first);
  EXPECT_NE(vault_.NextRefreshToken(second), second);
  EXPECT_NE(vault_.FirstRefreshToken(ids::New("ses", 3)), first);
  const crypto::KeyRing other = crypto::KeyRing::Generate();
  EXPECT_NE(Vault(other).NextRefreshToken(first), second);
}

TEST_F(VaultTest, DevicesAreKnownForTheirPhoneAndForAWhile) {
  const Time now{Millis(1'748'736'000'000)};
  const std::string id = ids::New("dev", 3);
  const std::string device = vault_.DeviceToken("phone", id, now + Millis(10));
  EXPECT_LE(device.size(), 200u);
  EXPECT_EQ(vault_.DeviceOf(device, "phone", now + Millis(9)), id);
  EXPECT_EQ(vault_.DeviceOf(device, "phone", now + Millis(10)), "");
  EXPECT_EQ(vault_.DeviceOf(device, "another phone", now), "");
  std::string longer = device;
  longer[id.size() + 1] = '9';
  const std::string of_another = ids::New("dev", 3) + device.substr(id.size());
  for (const std::string& forged :
       {longer, of_another, device + "0", device + ".", std::string(), std::string(".."),
        id + ".9999999999999.", std::string("9999999999999.x"), std::string("x.y.z")}) {
    EXPECT_EQ(vault_.DeviceOf(forged, "phone", now), "") << forged;
  }
}

TEST_F(VaultTest, HashesDependOnKeyAndPurpose) {
  const crypto::KeyRing other = crypto::KeyRing::Generate();
  EXPECT_NE(vault_.PhoneHash("13812341234"), Vault(other).PhoneHash("13812341234"));
  EXPECT_NE(vault_.PhoneHash("1"), vault_.AddressHash("1"));
  EXPECT_NE(vault_.CodeHash("a", "bc"), vault_.CodeHash("ab", "c"));
}

}  // namespace
}  // namespace baodao::registration
