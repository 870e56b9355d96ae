#include "common/ids/ids.h"
#include "ops/demo/call.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {

using Diagnostics = rpc::AsyncOf<diagnostics::v1::DiagnosticsService>;

Result RpcEcho(Scene& scene) {
  const std::string token = scene.world().OperatorToken();
  Load load;
  load.name = "rpc_echo";
  load.calls = scene.scale().echo_calls;
  load.call = [&](size_t i) -> Task<void> {
    diagnostics::v1::EchoRequest request;
    request.set_message("echo");
    co_await demo::Must(scene.diagnostics(i), &Diagnostics::Echo, token, request);
  };
  return Measure(scene.town(), load);
}

// Operators enough that none of them changes more than a person may in a day.
std::vector<std::string> OperatorsFor(Scene& scene, size_t calls) {
  constexpr size_t kOfOne = 2'000;
  auth::RoleGrant everything;
  everything.role = auth::v1::ROLE_OPERATOR;
  std::vector<std::string> tokens;
  for (size_t i = 0; i < calls; i += kOfOne) {
    const auto person = auth::Principal::Person(ids::New("per", 0), {everything});
    tokens.push_back(
        scene.world().signer.Sign(person, SystemClock().Now(), std::chrono::minutes(10)));
  }
  return tokens;
}

Result CommitRaw(Scene& scene) {
  Load load;
  load.name = "commit_raw";
  load.calls = scene.scale().people * 2;
  const std::vector<std::string> tokens = OperatorsFor(scene, load.calls);
  load.call = [&](size_t i) -> Task<void> {
    diagnostics::v1::CommitRequest request;
    request.set_request_id(scene.world().RequestId());
    request.set_key("bench-" + std::to_string(i % scene.scale().people));
    co_await demo::Must(scene.diagnostics(i), &Diagnostics::Commit, tokens[i % tokens.size()],
                        request);
  };
  return Measure(scene.town(), load);
}

Result ListOpen(Scene& scene) {
  Load load;
  load.name = "list_open";
  load.calls = scene.scale().people;
  load.call = [&](size_t i) -> Task<void> {
    const demo::Actor& person = scene.world().people[i % scene.world().people.size()];
    dispatch::v1::ListTasksRequest request;
    request.set_area_code(scene.world().communities[person.community].area.code());
    request.set_claimable(true);
    request.set_page_size(20);
    co_await demo::Must(scene.tasks(i), &client::Tasks::ListTasks, person.token, request);
  };
  return Measure(scene.town(), load);
}

}  // namespace baodao::bench
