#include "services/records/app/disk.h"

#include <filesystem>
#include <system_error>

#include "common/log/log.h"

namespace baodao::records {
namespace {

constexpr Millis kDiskEvery{15'000};
constexpr metrics::Spec kFree{"baodao_records_disk_free_bytes", metrics::Type::kGauge,
                              "Room on the disk of the SQLite file."};

}  // namespace

Task<void> WatchDisk(Clock& clock, metrics::Registry& metrics, std::string file) {
  metrics::Gauge* const free = metrics.GaugeOf(kFree);
  const std::filesystem::path directory = std::filesystem::absolute(file).parent_path();
  for (;;) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(directory, error);
    if (error) {
      log::Warn("records.disk_unknown", {{"error", error.message()}});
    } else {
      free->Set(static_cast<double>(space.available));
    }
    co_await clock.SleepFor(kDiskEvery);
  }
}

}  // namespace baodao::records
