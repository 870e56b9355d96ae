// The whole backend over mTLS: whatever one service asks of another goes through it.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "common/testing/certificates.h"
#include "common/testing/deployment.h"
#include "common/testing/paths.h"
#include "common/testing/process.h"

namespace baodao::testing {
namespace {

DeploymentOptions Over(const rpc::TlsFiles& tls) {
  DeploymentOptions options;
  options.environment = {
      {"BAODAO_TLS_CERT", tls.certificate}, {"BAODAO_TLS_KEY", tls.key}, {"BAODAO_TLS_CA", tls.ca}};
  return options;
}

class TlsTest : public ::testing::Test {
 protected:
  int Ctl(const rpc::TlsFiles& tls, std::vector<std::string> arguments) {
    std::vector<std::string> argv = {Binary("baodaoctl"), "--port-base",
                                     std::to_string(deployment_.port_base()), "--keys",
                                     deployment_.keys_dir()};
    if (!tls.ca.empty()) argv.insert(argv.end(), {"--tls-ca", tls.ca});
    if (!tls.key.empty()) {
      argv.insert(argv.end(), {"--tls-cert", tls.certificate, "--tls-key", tls.key});
    }
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ChildProcess ctl(argv, {}, dir_.File("ctl.log"));
    return ctl.Wait();
  }
  std::string CtlLog() const {
    std::ifstream file(dir_.File("ctl.log"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  TempDir dir_;
  Certificates certificates_;
  rpc::TlsFiles ours_ = certificates_.Issue("service");
  // Serving means that each has read the areas and profiles it needs from registration.
  Deployment deployment_{Over(ours_)};
};

TEST_F(TlsTest, ServicesAndToolsTalkOverIt) {
  const rpc::TlsFiles tool = certificates_.Issue("tool");
  EXPECT_EQ(Ctl(tool, {"health"}), 0) << CtlLog();
  ASSERT_EQ(Ctl(tool, {"areas", "import", SourceFile("ops/data/yangpu/areas.csv")}), 0) << CtlLog();
  // dispatch hears of the areas from registration, a moment later.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  int stats = -1;
  while (stats != 0 && std::chrono::steady_clock::now() < end) {
    stats = Ctl(tool, {"stats", "--area", "310110"});
  }
  EXPECT_EQ(stats, 0) << CtlLog();
}

TEST_F(TlsTest, WithoutACertificateThereIsNoWayIn) {
  EXPECT_EQ(Ctl({}, {"health"}), 3) << CtlLog();
  EXPECT_EQ(Ctl({"", "", certificates_.ca()}, {"health"}), 3) << CtlLog();
  const Certificates theirs;
  EXPECT_EQ(Ctl(theirs.Issue("tool"), {"health"}), 3) << CtlLog();
}

}  // namespace
}  // namespace baodao::testing
