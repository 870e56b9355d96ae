// Faults keep a service from starting, and it names them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/auth/tokens.h"
#include "common/service/runtime.h"
#include "common/service/secrets.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"

namespace baodao::service {
namespace {

using ::testing::HasSubstr;

config::Config Read(std::vector<std::string> flags) {
  config::Outcome outcome =
      config::Load("dispatch", "Tasks.", config::ServiceRows(7103), {std::move(flags), {}});
  EXPECT_FALSE(outcome.exit) << outcome.text;
  return std::move(outcome.config);
}

config::Config WithTls(const std::string& cert, const std::string& key, const std::string& ca) {
  return Read({"--tls_cert", cert, "--tls_key", key, "--tls_ca", ca});
}

TEST(CheckTls, NoneAndFilesThatFit) {
  const testing::Certificates certificates;
  const rpc::TlsFiles files = certificates.Issue("service");
  EXPECT_THAT(CheckTls(Read({})), testing::IsOk());
  EXPECT_THAT(CheckTls(WithTls(files.certificate, files.key, files.ca)), testing::IsOk());
}

// Calls to other services waited for ever.
TEST(CheckTls, FilesThatCannotBeReadAreNamed) {
  const testing::Certificates certificates;
  const rpc::TlsFiles files = certificates.Issue("service");
  const absl::Status status = CheckTls(WithTls(files.certificate, files.key, "/nowhere/ca.pem"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/ca.pem"));
}

// A service that waits for others at its start never came to the port that would have told it.
TEST(CheckTls, FilesThatDoNotFitAreNamed) {
  const testing::Certificates certificates;
  const testing::TempDir dir;
  const rpc::TlsFiles files = certificates.Issue("service");
  const std::string other = certificates.Issue("other").key;
  const std::string no_ca =
      dir.Write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  for (const config::Config& config : {WithTls(files.certificate, other, files.ca),
                                       WithTls(files.certificate, files.key, no_ca)}) {
    EXPECT_THAT(std::string(CheckTls(config).message()), HasSubstr("do not fit each other"));
  }
}

class SecretsTest : public ::testing::Test {
 protected:
  config::Config Keys(const testing::TempDir& dir, const std::string& create) {
    return Read({"--keys_dir", dir.path(), "--create_keys=" + create});
  }
  testing::TempDir dir_;
  absl::StatusOr<Secrets> made_ = LoadSecrets(Keys(dir_, "true"));
};

TEST_F(SecretsTest, WhatWasMadeIsLoaded) {
  ASSERT_THAT(made_, testing::IsOk());
  const auto loaded = LoadSecrets(Keys(dir_, "false"));
  ASSERT_THAT(loaded, testing::IsOk());
  EXPECT_EQ(loaded->tokens.signing.kid, made_->tokens.signing.kid);
}

// Such a service looked healthy, and every token it made was refused.
TEST_F(SecretsTest, TheSigningKeyIsAmongThePublicOnes) {
  const testing::TempDir others;
  ASSERT_THAT(LoadSecrets(Keys(others, "true")), testing::IsOk());
  std::filesystem::copy_file(others.File("jwks.json"), dir_.File("jwks.json"),
                             std::filesystem::copy_options::overwrite_existing);
  const auto loaded = LoadSecrets(Keys(dir_, "false"));
  EXPECT_THAT(std::string(loaded.status().message()),
              HasSubstr("jwks.json does not hold the public key"));
  EXPECT_EQ(std::string(loaded.status().message()).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace baodao::service
