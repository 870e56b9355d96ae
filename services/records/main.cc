// records: what happened, kept in SQL.
#include "common/service/main.h"

#include <sqlite3.h>

#include <string>
#include <vector>

#include "common/areas/feed.h"
#include "common/events/readers.h"
#include "common/service/startup.h"
#include "common/status/macros.h"
#include "services/records/app/disk.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/app/sight.h"
#include "services/records/app/unit_sight.h"
#include "services/records/rpc/archive.h"
#include "services/records/rpc/history.h"
#include "services/records/rpc/reports.h"
#include "services/records/rpc/retirement.h"
#include "services/records/rpc/search.h"
#include "services/records/rpc/summaries.h"
#include "services/records/store/database.h"
#include "services/records/store/migrations.h"
#include "services/records/workers/alignment.h"
#include "services/records/workers/ingest.h"
#include "services/records/workers/merging.h"

namespace baodao::records {
namespace {

// Everything of one process, in the order it is needed.
struct RecordsService final : service::Service {
  RecordsService(service::Runtime& runtime, service::Host& host)
      : runtime(runtime),
        streams{"records", events::ServicesReadBy("records"), runtime.store.shards()},
        areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        metrics(runtime.metrics),
        database(runtime.loop, runtime.config.Str("records_database")),
        ingest(database, metrics),
        alignment(database, runtime.redis, runtime.clock, metrics, streams),
        horizon(database, runtime.redis, runtime.clock, metrics, streams),
        sight(database, areas, metrics),
        unit_sight(database, areas, metrics),
        handlers(database, horizon, sight, areas, runtime.key_ring, runtime.clock, metrics),
        archive(database, horizon, runtime.key_ring, runtime.clock, metrics),
        retirement(database, runtime.clock, metrics),
        reports(database, horizon, unit_sight, areas, metrics),
        summaries(database, horizon, areas, metrics),
        search(database, horizon, areas, runtime.key_ring, runtime.clock, metrics) {
    host.Areas(areas);
    host.FollowInLargeBatches([this](std::vector<events::Delivery> deliveries) {
      return ingest.OnEvents(std::move(deliveries));
    });
    handlers.Register(&runtime.router);
    archive.Register(&runtime.router);
    retirement.Register(&runtime.router);
    reports.Register(&runtime.router);
    summaries.Register(&runtime.router);
    search.Register(&runtime.router);
    runtime.access = unit_sight.Policy(sight.Policy());
  }

  Task<absl::Status> Load() override {
    std::function<Task<absl::Status>()> open = [this] { return Open(); };
    CO_RETURN_IF_ERROR(
        co_await service::UntilReachable(runtime.clock, "database", std::move(open)));
    co_await areas.Load();
    runtime.Spawn("alignment", alignment.Run());
    runtime.Spawn("horizon", horizon.Run());
    runtime.Spawn("records-lag", horizon.Measure());
    const std::string target = runtime.config.Str("records_database");
    if (DialectOf(target) == Dialect::kSqlite) {
      runtime.Spawn("disk", WatchDisk(runtime.clock, runtime.metrics, target));
      runtime.Spawn("merging", MergeForEver(runtime.clock, database));
    }
    co_return absl::OkStatus();
  }

  Task<absl::Status> Open() {
    Database::Work<int64_t> migrate = [now = runtime.clock.Now()](Connection& connection) {
      return Migrate(connection, Migrations(), now);
    };
    CO_RETURN_IF_ERROR((co_await database.Write(std::move(migrate))).status());
    const absl::Status aligned = co_await alignment.Align();
    // The other database may be on its way out.
    if (absl::IsFailedPrecondition(aligned)) {
      co_return absl::UnavailableError(std::string(aligned.message()));
    }
    CO_RETURN_IF_ERROR(aligned);
    co_return co_await horizon.Look();
  }

  service::Runtime& runtime;
  Streams streams;
  areas::AreaTreeFeed areas;
  RecordsMetrics metrics;
  Database database;
  Ingest ingest;
  Alignment alignment;
  Horizon horizon;
  Sight sight;
  UnitSight unit_sight;
  HistoryHandlers handlers;
  ArchiveHandlers archive;
  RetirementHandlers retirement;
  ReportHandlers reports;
  SummaryHandlers summaries;
  SearchHandlers search;
};

}  // namespace
}  // namespace baodao::records

int main(int argc, char** argv) {
  // A connection is used by one thread at a time, and nobody reads SQLite's statistics: it need not
  // lock anything for either.
  sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  baodao::service::Program program;
  program.name = "records";
  program.about = "The long memory of Baodao: history, statements and search, kept in SQL.";
  program.port = 7106;
  program.rows = {{"records_database", baodao::config::Type::kString, "var/records.db",
                   "Where it is kept: a file of SQLite, or postgresql://… of PostgreSQL.", true,
                   baodao::config::NotEmpty()}};
  program.make = baodao::service::Make<baodao::records::RecordsService>;
  return baodao::service::Main(program, argc, argv);
}
