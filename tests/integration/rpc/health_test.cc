// Load balancers and tools ask for health and reflection.
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/sync_stream.h>

#include "common/testing/matchers.h"
#include "common/testing/rpc_proto_text.h"
#include "tests/integration/rpc/fixture.h"
#include "tests/integration/rpc/raw.h"

namespace baodao::rpc {
namespace {

constexpr const char* kService = "baodao.diagnostics.v1.DiagnosticsService";
constexpr const char* kReflection =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
enum Health { kUnknown = 0, kServing = 1, kNotServing = 2 };

class HealthTest : public RpcTest {
 protected:
  // grpc.health.v1.Health/Check; -1 when the call fails.
  int Check(const std::string& service) {
    const testing::ProtoText proto(
        "message Ask { string service = 1; } message Answer { int32 status = 1; }");
    const auto ask = proto.Make("Ask", "service: '" + service + "'");
    grpc::ClientContext context;  // no token: health is for everybody
    std::string bytes;
    const grpc::Status status = RawCall(channel_, "/grpc.health.v1.Health/Check", &context,
                                        ask->SerializeAsString(), &bytes);
    if (!status.ok()) return -1;
    auto answer = proto.Make("Answer", "");
    EXPECT_TRUE(answer->ParseFromString(bytes));
    return answer->GetReflection()->GetInt32(*answer, answer->GetDescriptor()->field(0));
  }
};

TEST_F(HealthTest, HealthFollowsOurSwitch) {
  StartServer();
  EXPECT_EQ(Check(""), kServing);
  EXPECT_EQ(Check(kService), kServing);
  EXPECT_EQ(Check("no.such.Service"), -1);
  thread_.Call([this] { server_->server().SetServing(false); });
  EXPECT_EQ(Check(""), kNotServing);
  EXPECT_EQ(Check(kService), kNotServing);
}

TEST_F(HealthTest, AServerStartsNotServing) {
  thread_.Call([this] {
    auto server = Server::Start(thread_.loop(), router_, options_);
    ASSERT_THAT(server, testing::IsOk());
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string((*server)->port()),
                                   grpc::InsecureChannelCredentials());
    EXPECT_EQ(Check(""), kNotServing);  // health answers from gRPC's threads, not from the loop
  });
}

// One question to the v1alpha reflection service, in protobuf's text format.
std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& field,
                    const std::string& value) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  google::protobuf::DynamicMessageFactory factory;
  const auto make = [&](const char* name) {
    const auto* type = pool->FindMessageTypeByName(std::string("grpc.reflection.v1alpha.") + name);
    return std::unique_ptr<google::protobuf::Message>(factory.GetPrototype(type)->New());
  };
  auto ask = make("ServerReflectionRequest");
  ask->GetReflection()->SetString(ask.get(), ask->GetDescriptor()->FindFieldByName(field), value);
  grpc::ClientContext context;
  const grpc::internal::RpcMethod method(kReflection, grpc::internal::RpcMethod::BIDI_STREAMING,
                                         channel);
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          channel.get(), method, &context));
  grpc::ByteBuffer received;
  EXPECT_TRUE(stream->Write(ToBuffer(ask->SerializeAsString())));
  EXPECT_TRUE(stream->Read(&received));
  stream->WritesDone();
  EXPECT_THAT(stream->Finish(), testing::IsOk());
  auto answer = make("ServerReflectionResponse");
  EXPECT_TRUE(answer->ParseFromString(ToString(received)));
  return answer->DebugString();
}

TEST_F(HealthTest, ReflectionListsAndDescribesOurServices) {
  StartServer();
  const std::string services = Reflect(channel_, "list_services", "");
  EXPECT_NE(services.find(kService), std::string::npos) << services;
  EXPECT_NE(services.find("grpc.health.v1.Health"), std::string::npos) << services;
  const std::string file = Reflect(channel_, "file_containing_symbol", kService);
  EXPECT_NE(file.find("EchoRequest"), std::string::npos) << file.substr(0, 200);
}

}  // namespace
}  // namespace baodao::rpc
