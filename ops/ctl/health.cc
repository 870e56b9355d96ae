// Whether the services serve: the standard health protocol, without a generated stub.
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "common/config/config.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
// HealthCheckResponse{status: SERVING} on the wire.
constexpr std::string_view kServing("\x08\x01", 2);

// Empty when it serves, else why not. Blocks for at most `limit`.
std::string Ailment(const std::shared_ptr<grpc::Channel>& channel,
                    std::chrono::milliseconds limit) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + limit);
  grpc::CompletionQueue queue;
  // HealthCheckRequest{}: the server as a whole. A buffer without any slice would not be sent.
  const grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  auto call = stub.PrepareUnaryCall(&context, kCheck, request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return status.error_message();
  grpc::Slice slice;
  const bool read = response.DumpToSingleSlice(&slice).ok();
  const std::string_view answer(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return read && answer == kServing ? "" : "it is starting or stopping";
}

struct HealthOptions {
  std::vector<std::string> services;
  int wait_s = 0;
};

Task<absl::Status> Health(Session& session, std::shared_ptr<const HealthOptions> options) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options->wait_s);
  Table table({"SERVICE", "STATE", "WHY"});
  bool all = true;
  const std::vector<std::string>& asked = options->services;
  for (const std::string_view service : config::kServices) {
    if (!asked.empty() && std::find(asked.begin(), asked.end(), service) == asked.end()) continue;
    const std::shared_ptr<grpc::Channel>& channel = session.ChannelTo(service).grpc();
    std::string ailment = Ailment(channel, std::chrono::seconds(1));
    while (!ailment.empty() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      ailment = Ailment(channel, std::chrono::seconds(1));
    }
    all = all && ailment.empty();
    table.Add(
        {std::string(service), ailment.empty() ? "serving" : "not serving", std::move(ailment)});
  }
  session.out.Show(table);
  if (!all) co_return Refuse(Reason::PEER_UNAVAILABLE);
  co_return absl::OkStatus();
}

}  // namespace

void AddHealth(CLI::App& app, Plan& plan) {
  CLI::App* health = app.add_subcommand("health", "Whether the services serve");
  auto options = std::make_shared<HealthOptions>();
  health->add_option("SERVICE", options->services, "Only these; without it all six")
      ->check(CLI::IsMember(
          std::vector<std::string>(config::kServices.begin(), config::kServices.end())));
  health->add_option("--wait", options->wait_s, "Seconds to wait until they do")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  health->callback([&plan, options] {
    plan.command = [options](Session& session) { return Health(session, options); };
  });
}

}  // namespace baodao::ctl
