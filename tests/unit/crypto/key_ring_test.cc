#include "common/crypto/key_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <thread>

#include "common/crypto/base64.h"
#include "common/testing/temp_dir.h"

namespace baodao::crypto {
namespace {

using baodao::testing::TempDir;
using ::testing::HasSubstr;

constexpr char kPlace[] = "person:per_1:phone";

std::string Key(char fill) { return Encode64(std::string(32, fill), Base64::kStandard); }

std::string RingJson(const std::string& keys) {
  return R"({"keys":[)" + keys + R"(],"lookupKey":")" + Key('L') + "\"}";
}

std::string Entry(int id, char fill) {
  return R"({"id":)" + std::to_string(id) + R"(,"key":")" + Key(fill) + "\"}";
}

absl::StatusOr<KeyRing> LoadText(const TempDir& dir, const std::string& text) {
  const std::string path = dir.Write("ring.json", text);
  ::chmod(path.c_str(), 0600);
  return KeyRing::Load(path);
}

TEST(Seal, OpensAgain) {
  const KeyRing ring = KeyRing::Generate();
  for (const auto& text : std::vector<std::string>{"", "138", "杨浦区", std::string(5000, 0)}) {
    EXPECT_EQ(*ring.Open(ring.Seal(text, kPlace), kPlace), text);
  }
}

TEST(Seal, IsDifferentEachTimeAndHidesTheText) {
  const KeyRing ring = KeyRing::Generate();
  const std::string sealed = ring.Seal("13812341234", kPlace);
  EXPECT_NE(sealed, ring.Seal("13812341234", kPlace));
  EXPECT_EQ(sealed.find("1381"), std::string::npos);
  EXPECT_EQ(sealed.size(), 11u + 4 + 24 + 16);
}

TEST(Open, EveryChangedByteIsNoticed) {
  const KeyRing ring = KeyRing::Generate();
  const std::string sealed = ring.Seal("13812341234", kPlace);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(ring.Open(changed, kPlace).status().code(), absl::StatusCode::kDataLoss) << i;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(ring.Open(sealed.substr(0, size), kPlace).ok()) << size;
  }
}

TEST(Open, OnlyInItsPlaceAndWithItsKey) {
  const KeyRing ring = KeyRing::Generate();
  const std::string sealed = ring.Seal("13812341234", kPlace);
  EXPECT_FALSE(ring.Open(sealed, "person:per_2:phone").ok());
  EXPECT_FALSE(KeyRing::Generate().Open(sealed, kPlace).ok());
}

TEST(Rotation, OldValuesStayReadable) {
  const TempDir dir;
  const KeyRing before = LoadText(dir, RingJson(Entry(1, 'a'))).value();
  const KeyRing after = LoadText(dir, RingJson(Entry(2, 'b') + "," + Entry(1, 'a'))).value();
  const std::string old = before.Seal("x", kPlace);
  EXPECT_EQ(*after.Open(old, kPlace), "x");
  EXPECT_FALSE(before.Open(after.Seal("x", kPlace), kPlace).ok());
  EXPECT_EQ(before.LookupHash("138"), after.LookupHash("138"));
}

TEST(LookupHash, IsKeyedAndStable) {
  const KeyRing ring = KeyRing::Generate();
  EXPECT_EQ(ring.LookupHash("13812341234"), ring.LookupHash("13812341234"));
  EXPECT_NE(ring.LookupHash("13812341234"), ring.LookupHash("13812341235"));
  EXPECT_NE(ring.LookupHash("13812341234"), KeyRing::Generate().LookupHash("13812341234"));
  EXPECT_EQ(ring.LookupHash("").size(), 32u);
  EXPECT_EQ(ring.LookupHash("x").find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Load, ErrorsNameTheFile) {
  const TempDir dir;
  EXPECT_EQ(KeyRing::Load(dir.File("none")).status().code(), absl::StatusCode::kNotFound);
  const std::string bad[] = {"not json",
                             "{}",
                             RingJson(""),
                             RingJson(Entry(1, 'a') + "," + Entry(1, 'b')),
                             RingJson(R"({"id":1,"key":"c2hvcnQ="})"),
                             R"({"keys":[)" + Entry(1, 'a') + "]}"};
  for (const std::string& text : bad) {
    const auto ring = LoadText(dir, text);
    ASSERT_EQ(ring.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(ring.status().message()), HasSubstr("ring.json"));
  }
}

TEST(Load, RefusesFilesOthersCanRead) {
  const TempDir dir;
  const std::string path = dir.Write("ring.json", RingJson(Entry(1, 'a')));
  ::chmod(path.c_str(), 0640);
  EXPECT_EQ(KeyRing::Load(path).status().code(), absl::StatusCode::kPermissionDenied);
  // And does not replace them either.
  EXPECT_EQ(KeyRing::LoadOrCreate(path).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(LoadOrCreate, ManyAtOnceGetTheSameKeys) {
  const TempDir dir;
  const std::string path = dir.File("keys/ring.json");
  std::vector<std::string> hashes(8);
  {
    std::vector<std::jthread> threads;
    for (auto& hash : hashes) {
      threads.emplace_back([&hash, &path] {
        const auto ring = KeyRing::LoadOrCreate(path);
        hash = ring.ok() ? ring->LookupHash("x") : ring.status().ToString();
      });
    }
  }
  EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), 1u) << hashes[0];
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  // Nothing is left beside it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.File("keys")), {}), 1);
}

}  // namespace
}  // namespace baodao::crypto
