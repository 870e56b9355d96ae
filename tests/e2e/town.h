// A deployment with people in it, for tests of the whole.
#pragma once

#include <chrono>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/testing/deployment.h"
#include "common/testing/loop.h"
#include "common/testing/paths.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "tests/e2e/world.h"

namespace baodao::testing {

struct TownOptions {
  size_t people = 20;
  size_t communities = 2;
  size_t units = 0;
  // Needs of the demo's story, for a test that plays on.
  size_t needs = 0;
  std::chrono::seconds lead{60};
  DeploymentOptions deployment;
};

// Real services, the real areas of 杨浦区, coordinators, and people with active registrations.
class Town {
 public:
  using Options = TownOptions;

  explicit Town(Options options = {}) : deployment(Quiet(options.deployment)) {
    demo::Options demo;
    demo.port_base = deployment.port_base();
    demo.keys_dir = deployment.keys_dir();
    demo.codes_file = deployment.codes_file();
    demo.people = options.people;
    demo.units = options.units;
    demo.communities = options.communities;
    demo.needs = options.needs;
    demo.lead = options.lead;
    world = MakeWorld(loop, demo);
    Run(ImportAreas());
    Run(AwaitAreas());
    Run(demo::Stage(*world));
    Run(demo::ReportIn(*world));
    Run(AwaitRecords());
  }

  // Until everything that has happened is in the archive.
  Task<void> AwaitRecords() {
    const Time now = SystemClock().Now();
    records::v1::ListHistoryRequest request;
    request.set_person_id(world->people.at(0).person_id);
    for (;;) {
      const auto answer =
          co_await demo::Must(world->backend.histories, &client::Histories::ListHistory,
                              world->OperatorToken(), request);
      if (ToTime(answer.as_of()) >= now) co_return;
      co_await SystemClock().SleepFor(Millis(20));
    }
  }

  template <class T>
  T Run(Task<T> task) {
    return testing::Run(loop, std::move(task), std::chrono::seconds(120));
  }

  // A task in a community, starting `from_now` from now.
  dispatch::v1::PublishTaskRequest NewTask(size_t community, int slots, Millis from_now,
                                           Millis length = std::chrono::hours(1)) {
    dispatch::v1::PublishTaskRequest request;
    request.set_request_id(world->RequestId());
    request.set_title("楼道清理");
    request.set_category("cleaning");
    request.set_area_code(world->communities[community].area.code());
    *request.mutable_place() = world->communities[community].area.center();
    const Time start = SystemClock().Now() + from_now;
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() = ToTimestamp(start + length);
    request.set_slots_min(1);
    request.set_slots_max(slots);
    request.mutable_contact()->set_name("王秀英");
    request.mutable_contact()->set_phone("13800001234");
    request.mutable_contact()->set_address("平凉路1号101室");
    return request;
  }

  // Publishes it as the community's coordinator.
  Task<dispatch::v1::Task> Publish(size_t community, int slots, Millis from_now,
                                   Millis length = std::chrono::hours(1)) {
    co_return co_await demo::Must(world->backend.tasks, &client::Tasks::PublishTask,
                                  world->communities[community].coordinator.token,
                                  NewTask(community, slots, from_now, length));
  }

  Deployment deployment;
  asio::io_context loop;
  std::unique_ptr<demo::World> world;

 private:
  // Nobody is offered anything but by the test.
  static DeploymentOptions Quiet(DeploymentOptions options) {
    options.environment.emplace("BAODAO_MATCHING_MATCH_AUTOMATICALLY", "false");
    return options;
  }

  Task<void> ImportAreas() {
    registration::v1::ImportAreasRequest request;
    request.set_request_id(world->RequestId());
    request.set_csv(ReadWhole(SourceFile("ops/data/yangpu/areas.csv")));
    co_await demo::Must(world->backend.areas, &client::Areas::ImportAreas, world->OperatorToken(),
                        request);
  }

  // The other services hear of an import a moment later.
  Task<void> AwaitAreas() {
    client::Backend& backend = world->backend;
    co_await AwaitAreas<lists::v1::ListNeedsRequest>(backend.needs, &client::Needs::ListNeeds);
    co_await AwaitAreas<inbox::v1::ListAreaNotificationsRequest>(
        backend.notifications, &client::Notifications::ListAreaNotifications);
    matching::v1::RunMatchingRequest dry;
    dry.set_request_id(world->RequestId());
    dry.set_dry_run(true);
    co_await AwaitAreas(backend.matchings, &client::Matchings::RunMatching, dry);
    co_await AwaitAreas<dispatch::v1::ListTasksRequest>(backend.tasks, &client::Tasks::ListTasks);
    if (!deployment.has_second_dispatch()) co_return;
    rpc::ChannelOptions second;
    second.target = "127.0.0.1:" + std::to_string(deployment.second_dispatch_port());
    rpc::Channel channel(loop, second);
    rpc::Client<dispatch::v1::TaskService> tasks(channel);
    co_await AwaitAreas<dispatch::v1::ListTasksRequest>(tasks, &client::Tasks::ListTasks);
  }

  // Until a service knows the district.
  template <class Req, class Service, class Resp>
  Task<void> AwaitAreas(rpc::Client<Service>& client,
                        rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                        Req request = {}) {
    request.set_area_code("310110");
    for (;;) {
      const auto answer = co_await demo::Try(client, method, world->OperatorToken(), request);
      if (answer.ok()) co_return;
      if (!Is(answer.status(), Reason::AREA_UNKNOWN)) {
        throw std::runtime_error(answer.status().ToString());
      }
      co_await SystemClock().SleepFor(Millis(10));
    }
  }

  static std::string ReadWhole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
};

}  // namespace baodao::testing
