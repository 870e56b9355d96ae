#include "common/metrics/process.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace baodao::metrics {
namespace {

using prometheus::MetricFamily;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void Add(std::vector<MetricFamily>& out, const char* name, const char* help,
         prometheus::MetricType type, double value) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(metric);
  out.push_back(std::move(family));
}

class Process final : public prometheus::Collectable {
 public:
  std::vector<MetricFamily> Collect() const override {
    using prometheus::MetricType;
    std::vector<MetricFamily> out;
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
      Add(out, "process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter,
          Seconds(usage.ru_utime) + Seconds(usage.ru_stime));
    }
    double total = 0, resident = 0;
    if (std::ifstream("/proc/self/statm") >> total >> resident) {
      Add(out, "process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
          resident * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    }
    std::error_code error;
    double files = 0;
    std::filesystem::directory_iterator entry("/proc/self/fd", error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      ++files;
    }
    if (!error) {
      Add(out, "process_open_fds", "Open file descriptors.", MetricType::Gauge, files);
    }
    Add(out, "process_start_time_seconds", "Start of the process, seconds since the epoch.",
        MetricType::Gauge, start_);
    return out;
  }

 private:
  const double start_ =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
};

}  // namespace

std::shared_ptr<prometheus::Collectable> ProcessMetrics() {
  static const auto process = std::make_shared<Process>();
  return process;
}

}  // namespace baodao::metrics
