// Who can talk to a server that speaks TLS.
#include <grpcpp/security/credentials.h>

#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "tests/integration/rpc/fixture.h"

namespace baodao::rpc {
namespace {

class TlsTest : public RpcTest {
 protected:
  // The outcome of an Echo over these credentials.
  grpc::Status EchoOver(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto stub =
        DiagnosticsService::NewStub(grpc::CreateChannel(server_->target(), credentials));
    auto context = Context();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    EchoResponse response;
    return stub->Echo(context.get(), Request("hello"), &response);
  }
  grpc::Status EchoOver(const TlsFiles& files) {
    const auto credentials = ClientTls(files);
    return credentials.ok() ? EchoOver(*credentials)
                            : grpc::Status(grpc::StatusCode::ABORTED, "no credentials");
  }

  testing::Certificates ours_;
};

TEST_F(TlsTest, BothSidesShowCertificatesOfOneAuthority) {
  options_.tls = ours_.Issue("server");
  StartServer();
  EXPECT_THAT(EchoOver(ours_.Issue("client")), testing::IsOk());
}

TEST_F(TlsTest, NobodyElseGetsIn) {
  options_.tls = ours_.Issue("server");
  StartServer();
  const testing::Certificates theirs;
  EXPECT_EQ(EchoOver(grpc::InsecureChannelCredentials()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  // Without a certificate; with one of another authority; where the server is not believed.
  EXPECT_EQ(EchoOver(TlsFiles{"", "", ours_.ca()}).error_code(), grpc::StatusCode::UNAVAILABLE);
  TlsFiles stranger = theirs.Issue("client");
  EXPECT_EQ(EchoOver(stranger).error_code(), grpc::StatusCode::UNAVAILABLE);
  stranger.ca = ours_.ca();
  EXPECT_EQ(EchoOver(stranger).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(handlers_.started, 0);
}

TEST_F(TlsTest, WithoutAnAuthorityWhoeverTrustsTheServerIsServed) {
  options_.tls = ours_.Issue("server");
  options_.tls->ca.clear();
  StartServer();
  EXPECT_THAT(EchoOver(TlsFiles{"", "", ours_.ca()}), testing::IsOk());
  const testing::Certificates theirs;
  EXPECT_EQ(EchoOver(TlsFiles{"", "", theirs.ca()}).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(EchoOver(grpc::InsecureChannelCredentials()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(handlers_.started, 1);
}

TEST_F(TlsTest, FilesThatAreNoCertificatesAreNamed) {
  const testing::TempDir dir;
  TlsFiles files = ours_.Issue("server");
  files.certificate = dir.Write("cert.pem", "rubbish");
  for (const absl::Status& status : {ServerTls(files).status(), ClientTls(files).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find(files.certificate), std::string_view::npos) << status;
  }
}

TEST_F(TlsTest, FilesThatServeNothingAreNotBlamedOnThePort) {
  const testing::TempDir dir;
  const TlsFiles good = ours_.Issue("server");
  TlsFiles foreign_key = good, no_certificate = good, no_authority = good;
  foreign_key.key = ours_.Issue("other").key;
  no_certificate.certificate = dir.Write("cert.pem", "-----BEGIN CERTIFICATE-----\nrubbish\n");
  no_authority.ca = dir.Write("ca.pem", "-----BEGIN CERTIFICATE-----\nrubbish\n");
  for (const TlsFiles& files : {foreign_key, no_certificate, no_authority}) {
    options_.tls = files;
    const auto status =
        thread_.Call([&] { return Server::Start(thread_.loop(), router_, options_).status(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    for (const std::string& name : {files.certificate, files.key, files.ca})
      EXPECT_NE(status.message().find(name), std::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace baodao::rpc
