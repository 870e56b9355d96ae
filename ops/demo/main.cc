// Plays the whole loop at the size of a real county with synthetic people against a running
// backend.
#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <exception>
#include <iostream>

#include "common/crypto/random.h"
#include "ops/demo/story.h"

namespace baodao::demo {
namespace {

Task<int> Play(World& world) {
  const Time start = SystemClock().Now();
  auto step = [](const char* title) { std::cout << "\n== " << title << std::endl; };
  step("The place: 区 / 街道 / 社区");
  co_await Stage(world);
  step("报到 Reporting in");
  co_await ReportIn(world);
  co_await KnowMembers(world);
  step("需求 → 任务 Needs become tasks");
  co_await RaiseNeeds(world);
  step("接单 Claims, offers, assignments");
  co_await ClaimForUnits(world);
  co_await StaffTasks(world);
  co_await ChangeMinds(world);
  co_await PrepareOnSite(world);
  step("阵地 Rooms, news, and what comes every week");
  co_await LiveOn(world);
  step("服务 → 评价 → 反馈 Service, evaluation, feedback");
  co_await Serve(world);
  step("证明 / 投诉 Certificates and complaints");
  co_await SettleUp(world);
  step("Summary by subdistrict");
  co_await Summarise(world);
  step("The promises, from outside");
  const int broken = co_await CheckPromises(world);
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(SystemClock().Now() - start);
  std::cout << "\ndone in " << took.count() << " s" << std::endl;
  co_return broken == 0 ? 0 : 1;
}

int Run(const Options& options) {
  absl::StatusOr<auth::PrivateKey> key =
      auth::LoadPrivateKey(options.keys_dir + "/" + std::string(auth::kPrivateKeyFile));
  if (!key.ok()) {
    std::cerr << "demo: " << key.status().message() << "\n";
    return 1;
  }
  asio::io_context loop;
  World world(loop, options, auth::Signer(*std::move(key)));
  int result = 1;
  asio::co_spawn(loop, Play(world), [&](std::exception_ptr error, int code) {
    result = code;
    if (error) {
      result = 1;
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& e) {
        std::cerr << "demo: " << e.what() << "\n";
      }
    }
    loop.stop();
  });
  auto keep_running = asio::make_work_guard(loop);
  loop.run();
  return result;
}

}  // namespace
}  // namespace baodao::demo

int main(int argc, char** argv) {
  baodao::demo::Options options;
  CLI::App app("Plays the whole loop with synthetic people against a running backend.");
  app.add_option("--host", options.host, "Where the services are")->capture_default_str();
  app.add_option("--port-base", options.port_base, "Services listen at base+1 …")
      ->envname("BAODAO_PORT_BASE")
      ->capture_default_str();
  app.add_option("--keys", options.keys_dir, "The backend's key directory")->capture_default_str();
  app.add_option("--codes", options.codes_file, "Where the backend writes login codes")
      ->capture_default_str();
  app.add_option("--units", options.units, "Units that report")
      ->check(CLI::Range(0, 5000))
      ->capture_default_str();
  app.add_option("--people", options.people, "People who report")
      ->check(CLI::Range(10, 9999))
      ->capture_default_str();
  app.add_option("--needs", options.needs, "Needs raised")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  int lead = static_cast<int>(options.lead.count());
  app.add_option("--lead", lead, "Seconds from a need to the start of its work")
      ->check(CLI::Range(5, 3600))
      ->capture_default_str();
  app.add_option("--concurrency", options.concurrency, "Phones at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.lead = std::chrono::seconds(lead);
  baodao::crypto::Init();
  return baodao::demo::Run(options);
}
