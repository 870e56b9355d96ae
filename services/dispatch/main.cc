// dispatch: tasks, the people on them, and the hours they served.
#include "common/service/main.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "common/areas/feed.h"
#include "common/profiles/profile_cache.h"
#include "common/profiles/profile_feed.h"
#include "common/profiles/registration_source.h"
#include "common/service/startup.h"
#include "common/status/macros.h"
#include "common/work/settings.h"
#include "services/dispatch/app/ledger_archive.h"
#include "services/dispatch/app/metrics.h"
#include "services/dispatch/rpc/documents.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/unit_claim_handlers.h"
#include "services/dispatch/workers/deadlines.h"
#include "services/dispatch/workers/standings.h"
#include "services/dispatch/workers/task_feed.h"

namespace baodao::dispatch {
namespace {

std::vector<config::Row> Rows() {
  using config::Type;
  return {
      {"cached_tasks", Type::kInt, "200000",
       "Size of the cache of tasks: a task weighs ten, each person on it one.", false,
       config::Between(0, 1e9)},
  };
}

AppOptions OptionsOf(const config::Config& config, record::Archive& archive, Identities& identities,
                     rpc::Channel& records) {
  AppOptions options;
  record::KeepTimes keep = record::KeepTimesOf(config);
  options.ledgers = ArchiveAt(records, keep.Of("ledger"));
  options.tasks.retirement = {&archive, std::move(keep)};
  options.identities = &identities;
  options.limits = work::LimitsOf(config);
  options.tasks.cache_weight = static_cast<size_t>(config.Int("cached_tasks"));
  return options;
}

// Everything of one process, in the order it is needed.
struct DispatchService final : service::Service {
  DispatchService(service::Runtime& runtime, service::Host& host)
      : clock(runtime.clock),
        areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        source(runtime.ChannelTo("registration")),
        profiles(source),
        profile_feed(
            source, [this](const profiles::Profile& profile) { profiles.Apply(profile); },
            runtime.clock, runtime.store.shards()),
        archive(record::NewArchive(runtime.ChannelTo("records"))),
        identities(IdentitiesAt(runtime.ChannelTo("registration"))),
        app(
            runtime.loop, runtime.store, runtime.clock, runtime.key_ring, profiles,
            [this] { return areas.tree(); }, runtime.metrics,
            OptionsOf(runtime.config, *archive, *identities, runtime.ChannelTo("records"))),
        metrics(runtime.metrics),
        task_feed(app, near, metrics),
        tasks(app, near),
        assignments(app),
        changes(app),
        ledgers(app),
        unit_claims(app),
        calendars(app),
        certificate_keys(LoadCertificateKeys(runtime.config.Str("keys_dir"),
                                             runtime.config.Bool("create_keys"))),
        certificates(app, runtime.loop, certificate_keys.value_or(CertificateKeys{}),
                     StatementsAt(runtime.ChannelTo("records"))),
        deadlines(app),
        standings(app),
        timers(runtime.store, runtime.clock) {
    app.tasks.SetObserver(metrics.Observer());
    deadlines.Register(timers);
    standings.Register(timers);
    host.Areas(areas);
    host.Tail("registration", profile_feed);
    host.Tail("dispatch", task_feed);
    host.Follow([this](const events::Delivery& delivery) { return standings.OnEvent(delivery); });
    host.Timers(timers);
    RegisterAll(app, runtime.router, tasks, assignments, changes, ledgers);
    unit_claims.Register(runtime.router);
    RegisterDocuments(runtime.router, calendars, certificates);
    runtime.access.covers = app.relations.covers;
    runtime.access.resolve = ScopesOf(app);
  }

  Task<absl::Status> Load() override {
    CO_RETURN_IF_ERROR(certificate_keys.status());
    co_await areas.Load();
    co_await profile_feed.Load();
    std::function<Task<absl::Status>()> load = [this] { return task_feed.Load(); };
    co_return co_await service::UntilReachable(clock, "tasks", std::move(load));
  }

  Clock& clock;
  areas::AreaTreeFeed areas;
  profiles::RegistrationSource source;
  profiles::ProfileCache profiles;
  profiles::ProfileFeed profile_feed;
  std::unique_ptr<record::Archive> archive;
  std::unique_ptr<Identities> identities;
  App app;
  Metrics metrics;
  NearIndex near;
  TaskFeed task_feed;
  TaskHandlers tasks;
  AssignmentHandlers assignments;
  ChangeHandlers changes;
  LedgerHandlers ledgers;
  UnitClaimHandlers unit_claims;
  CalendarHandlers calendars;
  absl::StatusOr<CertificateKeys> certificate_keys;
  CertificateHandlers certificates;
  Deadlines deadlines;
  Standings standings;
  timers::TimerLoop timers;
};

}  // namespace
}  // namespace baodao::dispatch

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "dispatch";
  program.about = "Tasks of Baodao: published, claimed, served, evaluated, credited.";
  program.port = 7103;
  program.rows = baodao::dispatch::Rows();
  program.make = baodao::service::Make<baodao::dispatch::DispatchService>;
  return baodao::service::Main(program, argc, argv);
}
