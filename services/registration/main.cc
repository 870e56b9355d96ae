// registration: areas, units, people, registrations (报到), sessions.
#include "common/service/main.h"

#include <functional>
#include <memory>

#include "common/events/tail.h"
#include "common/log/log.h"
#include "common/service/startup.h"
#include "common/service/worker_metrics.h"
#include "common/status/macros.h"
#include "services/registration/rpc/routes.h"
#include "services/registration/workers/expiry.h"

namespace baodao::registration {
namespace {

std::vector<config::Row> Rows() {
  using config::Type;
  return {
      {"codes_file", Type::kString, "",
       "File that login codes are appended to instead of being sent, for local use; empty: codes "
       "cannot be sent."},
      {"login_code_interval", Type::kDuration, "60s",
       "Between two login codes of one phone for one address, or for one device it has signed in "
       "with.",
       false, config::Between(0.001, 86400)},
      {"login_codes_per_day", Type::kInt, "10",
       "Login codes of one phone in 24 hours, half of them for one address; each device it has "
       "signed in with has as many of its own, and then these.",
       false, config::Between(1, 1e6)},
      {"login_address_per_hour", Type::kInt, "600",
       "Code requests and logins of one network address (see trusted_proxies) in an hour; loopback "
       "is not counted.",
       false, config::Between(1, 1e9)},
      {"login_rate", Type::kDouble, "200",
       "Code requests a second, logins a second and refreshes a second of one address that reaches "
       "this process; 0: no limit.",
       false, config::Between(0, 1e6)},
  };
}

LoginLimits LimitsOf(const config::Config& config) {
  LoginLimits limits;
  limits.code_interval = config.Duration("login_code_interval");
  limits.codes_per_day = static_cast<int>(config.Int("login_codes_per_day"));
  limits.address_per_hour = static_cast<int>(config.Int("login_address_per_hour"));
  return limits;
}

std::unique_ptr<CodeSender> SenderOf(const config::Config& config) {
  const std::string& file = config.Str("codes_file");
  if (file.empty()) return std::make_unique<NoCodeSender>();
  return std::make_unique<FileCodeSender>(file);
}

// Everything of one process, in the order it is needed.
struct Parts {
  explicit Parts(service::Runtime& runtime)
      : areas(runtime.store, runtime.clock),
        metrics(runtime.metrics),
        sender(SenderOf(runtime.config)),
        environment{runtime.store,
                    runtime.clock,
                    RecordKeys(runtime.store.keys()),
                    Vault(runtime.key_ring),
                    areas,
                    runtime.signer,
                    *sender,
                    metrics,
                    LimitsOf(runtime.config)},
        handlers(environment),
        expiry(runtime.store, runtime.clock, areas,
               [this](RegistrationEvent event) { metrics.Transition(event); }),
        timers(runtime.store, runtime.clock) {
    expiry.Register(timers);
  }

  AreaBook areas;
  Metrics metrics;
  std::unique_ptr<CodeSender> sender;
  Environment environment;
  Handlers handlers;
  Expiry expiry;
  timers::TimerLoop timers;
  std::unique_ptr<events::Tail> imports;
  std::unique_ptr<events::Consumer> trimmer;
};

Task<absl::Status> OnImport(Parts& parts, events::Delivery delivery) {
  CO_RETURN_IF_ERROR(co_await parts.areas.feed().OnEvent(delivery));
  parts.metrics.Areas(parts.areas.tree()->size());
  co_return absl::OkStatus();
}

Task<void> OnGap(Parts& parts) {
  const absl::Status status = co_await parts.areas.feed().Refresh();
  if (!status.ok()) log::Warn("areas.refresh_failed", {{"status", status}});
}

class RegistrationService final : public service::Service {
 public:
  Task<absl::Status> Start(service::Runtime& runtime) override {
    parts_ = std::make_unique<Parts>(runtime);
    Parts& parts = *parts_;
    const std::string name = runtime.store.keys().service();

    events::TailOptions tail;
    tail.services = {name};
    tail.shards = runtime.store.shards();
    const auto on_event = [&parts](const events::Delivery& delivery) {
      return OnImport(parts, delivery);
    };
    parts.imports = events::NewTail(runtime.loop, runtime.redis, runtime.clock, tail,
                                    service::ObserveAge(runtime, "tail", on_event),
                                    [&parts](std::string, int) { return OnGap(parts); });
    std::function<Task<absl::Status>()> prepare = [&parts] { return parts.imports->Prepare(); };
    CO_RETURN_IF_ERROR(
        co_await service::UntilReachable(runtime.clock, "events", std::move(prepare)));
    std::function<Task<absl::Status>()> areas = [&parts] { return parts.areas.feed().Refresh(); };
    CO_RETURN_IF_ERROR(co_await service::UntilReachable(runtime.clock, "areas", std::move(areas)));
    parts.metrics.Areas(parts.areas.tree()->size());

    parts.handlers.Register(runtime.router);
    runtime.access = parts.handlers.Access();
    LimitLogins(runtime.config.Double("login_rate"), &runtime.rate_limits);
    LimitWrites(&runtime.rate_limits);
    service::ObserveTimers(runtime.metrics, parts.timers);

    parts.trimmer = service::NewTrimmer(runtime);
    runtime.Spawn("area-refresh", parts.areas.feed().Run());
    runtime.Spawn("area-events", parts.imports->Run());
    runtime.Spawn("timers", parts.timers.Run());
    runtime.Spawn("trimmer", parts.trimmer->Run());
    runtime.OnStop([&parts] {
      parts.timers.Stop();
      parts.imports->Stop();
      parts.trimmer->Stop();
    });
    co_return absl::OkStatus();
  }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace
}  // namespace baodao::registration

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "registration";
  program.about = "Areas, units, people, registrations (报到) and sessions of Baodao.";
  program.port = 7101;
  program.rows = baodao::registration::Rows();
  program.make = [] { return std::make_unique<baodao::registration::RegistrationService>(); };
  return baodao::service::Main(program, argc, argv);
}
