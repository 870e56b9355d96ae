// All that each service tells Prometheus, by name and labels: dashboards and alerts are written
// against it, here and elsewhere.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/strip.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/testing/deployment.h"
#include "common/testing/http.h"
#include "common/testing/paths.h"

namespace baodao::testing {
namespace {

// "name type {label,label}", as it stands in the lists.
using Lines = std::set<std::string>;

// The names of the labels in `a="x",b="y"`, whatever stands in the values.
std::set<std::string> LabelNames(const std::string& labels) {
  std::set<std::string> names;
  for (size_t at = 0; at < labels.size();) {
    const size_t equals = labels.find('=', at);
    names.insert(labels.substr(at, equals - at));
    size_t end = equals + 2;
    while (labels.at(end) != '"') end += labels[end] == '\\' ? 2 : 1;
    at = end + 2;
  }
  return names;
}

// Reads the text exposition. A histogram's three series are one line, without the label of its
// buckets.
Lines SeriesOf(const std::string& text) {
  std::map<std::string, std::string> types;
  Lines lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) {
    if (std::istringstream words(line); line.starts_with("# TYPE ")) {
      std::string hash, type, name;
      words >> hash >> type >> name >> types[name];
      continue;
    }
    const size_t end = line.find_first_of("{ ");
    if (line.starts_with('#') || end == std::string::npos) continue;
    std::string name = line.substr(0, end);
    std::set<std::string> labels;
    if (line[end] == '{') labels = LabelNames(line.substr(end + 1, line.rfind('}') - end - 1));
    for (const char* part : {"_bucket", "_sum", "_count"}) {
      const std::string whole(absl::StripSuffix(name, part));
      if (!types.contains(name) && types.contains(whole)) name = whole;
    }
    if (types[name] == "histogram") labels.erase("le");
    // The scrape library's about itself, which prometheus.yml drops.
    if (name.starts_with("exposer_")) continue;
    lines.insert(absl::StrCat(name, " ", types[name], " {", absl::StrJoin(labels, ","), "}"));
  }
  return lines;
}

Lines Golden(const std::string& path) {
  std::ifstream file(SourceFile(path));
  EXPECT_TRUE(file.is_open()) << path << " is missing";
  Lines lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

std::string Without(const Lines& lines, const Lines& others, const char* sign) {
  std::string text;
  for (const std::string& line : lines) {
    if (!others.contains(line)) absl::StrAppend(&text, sign, " ", line, "\n");
  }
  return text;
}

TEST(MetricsTest, EveryServiceServesWhatItsListSays) {
  const Deployment deployment;
  int port = deployment.port_base() + kMetricsOffset;
  for (const std::string_view service : config::kServices) {
    const std::string answer = HttpGet(++port, "/metrics");
    const Lines served = SeriesOf(answer.substr(answer.find("\r\n\r\n") + 4));
    const std::string path = "tests/e2e/metrics/" + std::string(service) + ".txt";
    const Lines golden = Golden(path);
    EXPECT_TRUE(served == golden)
        << path << " differs from what " << service << " serves:\n"
        << Without(golden, served, "-") << Without(served, golden, "+")
        << "Where that is meant: take the lines with - out of the list and the ones with + in, and "
           "see to the alerts and dashboards that name them (make lint).";
  }
}

}  // namespace
}  // namespace baodao::testing
