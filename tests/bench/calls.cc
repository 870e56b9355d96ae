#include "common/ids/ids.h"
#include "ops/demo/call.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

using Diagnostics = rpc::AsyncOf<diagnostics::v1::DiagnosticsService>;

// `connections`: of the scene or of a program.
template <class Connections>
Load EchoLoad(Scene& scene, Connections& connections, std::string name) {
  Load load;
  load.name = std::move(name);
  load.calls = scene.scale().echo_calls;
  load.call = [&connections, token = scene.world().OperatorToken()](size_t i) -> Task<void> {
    diagnostics::v1::EchoRequest request;
    request.set_message("echo");
    co_await demo::Must(connections[i].diagnostics, &Diagnostics::Echo, token, request);
  };
  return load;
}

template <class Connections>
Load CommitLoad(Scene& scene, Connections& connections, std::string name) {
  Load load;
  load.name = std::move(name);
  load.calls = scene.scale().people * 2;
  load.call = [&scene, &connections,
               tokens = OperatorsFor(scene, load.calls)](size_t i) -> Task<void> {
    diagnostics::v1::CommitRequest request;
    request.set_request_id(scene.world().RequestId());
    request.set_key("bench-" + std::to_string(i % scene.scale().people));
    co_await demo::Must(connections[i].diagnostics, &Diagnostics::Commit, tokens[i % tokens.size()],
                        request);
  };
  return load;
}

}  // namespace

std::vector<std::string> OperatorsFor(Scene& scene, size_t calls) {
  constexpr size_t kOfOne = 2'000;
  auth::RoleGrant everything;
  everything.role = auth::v1::ROLE_OPERATOR;
  std::vector<std::string> tokens;
  for (size_t i = 0; i < calls; i += kOfOne) {
    const auto person = auth::Principal::Person(ids::New("per", 0), {everything});
    tokens.push_back(
        scene.world().signer.Sign(person, SystemClock().Now(), std::chrono::minutes(15)));
  }
  return tokens;
}

Load Echo(Scene& scene) { return EchoLoad(scene, scene.connections(), "rpc_echo"); }

Load Commits(Scene& scene) { return CommitLoad(scene, scene.connections(), "commit_raw"); }

Load FloorEcho(Scene& scene, Program& floor) {
  Load load = EchoLoad(scene, floor, "floor_echo");
  load.processes = {floor.pid()};
  return load;
}

Load FloorCommits(Scene& scene, Program& floor) {
  Load load = CommitLoad(scene, floor, "floor_fcall");
  load.processes = {floor.pid()};
  return load;
}

Load ListOpen(Scene& scene) {
  Load load;
  load.name = "list_open";
  // With one token, whose signature is checked at the first.
  constexpr size_t kPagesEach = 4;
  load.calls = scene.scale().people * kPagesEach;
  load.call = [&scene](size_t i) -> Task<void> {
    const demo::Actor& person = scene.world().people[i / kPagesEach];
    dispatch::v1::ListTasksRequest request;
    request.set_area_code(scene.world().communities[person.community].area.code());
    request.set_claimable(true);
    request.set_page_size(20);
    co_await demo::Must(scene.connections()[i].tasks, &client::Tasks::ListTasks, person.token,
                        request);
  };
  return load;
}

}  // namespace baodao::bench
