#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "services/records/store/archive.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

constexpr char kDistrict[] = "310110";
constexpr auto kLookEvery = std::chrono::milliseconds(5);

int64_t Ask(records::Connection& connection, const std::string& select) {
  int64_t number = 0;
  connection.sql() << select, soci::into(number);
  return number;
}

int64_t Events(records::Connection& connection) {
  return Ask(connection, "SELECT COALESCE(SUM(events), 0) FROM positions");
}

void AwaitEvents(records::Connection& connection, int64_t events) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (Events(connection) < events) {
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("records is stuck");
    std::this_thread::sleep_for(kLookEvery);
  }
}

double NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

}  // namespace

double ArchiveBytes(Scene& scene) {
  Settle(scene.town());
  scene.town().Run(scene.town().AwaitRecords());
  records::Connection connection(scene.town().deployment.records_file());
  return static_cast<double>(Ask(connection, "PRAGMA page_count") *
                             Ask(connection, "PRAGMA page_size"));
}

Result HistoryPage(Scene& scene) {
  Load load;
  load.name = "history_page";
  load.service = "records";
  load.calls = scene.scale().people;
  load.call = [&](size_t i) -> Task<void> {
    const demo::Actor& person = scene.world().people[i % scene.world().people.size()];
    records::v1::ListHistoryRequest request;
    request.set_person_id(person.person_id);
    co_await demo::Must(scene.world().backend.histories, &client::Histories::ListHistory,
                        person.token, request);
  };
  return Measure(scene.town(), load);
}

Result AreaReportYear(Scene& scene) {
  const std::string token = scene.world().OperatorToken();
  Load load;
  load.name = "area_report_year";
  load.service = "records";
  load.calls = 20;
  load.in_flight = 1;
  load.call = [&](size_t) -> Task<void> {
    const Time now = SystemClock().Now();
    records::v1::GetAreaReportRequest request;
    request.set_area_code(kDistrict);
    *request.mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::days(180));
    *request.mutable_period()->mutable_end() = ToTimestamp(now + std::chrono::days(180));
    co_await demo::Must(scene.world().backend.reports, &client::Reports::GetAreaReport, token,
                        request);
  };
  Result result = Measure(scene.town(), load);
  result.unit = "ms";
  result.value = result.p50_ms;
  records::Connection connection(scene.town().deployment.records_file());
  result.note = fmt::format("GetAreaReport of {} tasks and {} assignments, one call at a time",
                            Ask(connection, "SELECT COUNT(*) FROM tasks"),
                            Ask(connection, "SELECT COUNT(*) FROM assignments"));
  return result;
}

// Everything that has happened, from the streams into an empty database, as it comes to one that
// was lost.
Result RecordsIngest(Scene& scene) {
  testing::Deployment& deployment = scene.town().deployment;
  Settle(scene.town());
  scene.town().Run(scene.town().AwaitRecords());
  const std::string file = deployment.records_file();
  const int64_t events = [&] {
    records::Connection connection(file);
    return Events(connection);
  }();
  deployment.Kill("records");
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
  // It would wait for the one that was killed.
  deployment.redis().Do({"DEL", "{00}records:database"});
  deployment.Start("records");
  records::Connection connection(file);
  // It takes over its shards a moment later.
  AwaitEvents(connection, 1);
  const auto start = std::chrono::steady_clock::now();
  const int64_t already = Events(connection);
  const double service = ServiceCpu(scene.town(), "records");
  const double redis = RedisCpu(scene.town());
  AwaitEvents(connection, events);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto read = static_cast<double>(events - already);
  Result result;
  result.name = "records_ingest";
  result.unit = "events/s";
  result.value = read / took.count();
  result.cpu_us_service = (ServiceCpu(scene.town(), "records") - service) / read;
  result.cpu_us_redis = (RedisCpu(scene.town()) - redis) / read;
  result.note = fmt::format("{} events into an empty SQLite", events);
  return result;
}

Visible::Visible(Scene& scene)
    : database_(scene.town().deployment.records_file()), looking_([this] { Look(); }) {}

Result Visible::Stop() {
  stopped_ = true;
  looking_.join();
  if (waits_ms_.empty()) throw std::runtime_error("no hours were credited");
  std::ranges::sort(waits_ms_);
  Result result;
  result.name = "records_visible";
  result.unit = "ms";
  result.p50_ms = waits_ms_[waits_ms_.size() / 2];
  result.p99_ms = waits_ms_[waits_ms_.size() * 99 / 100];
  result.value = result.p99_ms;
  result.note = fmt::format(
      "p99 from the commit in Redis until SQL shows it, of {} entries of hours during loop_full; "
      "seen every {} ms",
      waits_ms_.size(), kLookEvery.count());
  return result;
}

// The id of an event is the time of its commit.
void Visible::Look() {
  records::Connection connection(database_);
  int64_t last = Ask(connection, "SELECT COALESCE(MAX(rowid), 0) FROM ledger");
  int64_t row = 0, event_ms = 0;
  soci::statement select =
      (connection.sql().prepare << "SELECT rowid, event_ms FROM ledger WHERE rowid > :last ORDER "
                                   "BY rowid",
       soci::use(last, "last"), soci::into(row), soci::into(event_ms));
  while (!stopped_) {
    select.execute();
    const double now = NowMs();
    int64_t newest = last;
    while (select.fetch()) {
      waits_ms_.push_back(now - static_cast<double>(event_ms));
      newest = row;
    }
    last = newest;
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace baodao::bench
