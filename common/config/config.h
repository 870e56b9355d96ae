// Configuration from one table of rows per program. Later sources win: default, TOML file
// (--config or BAODAO_CONFIG), environment (BAODAO_<NAME>), flags (--name). An unknown key, a value
// of the wrong type or out of bounds is an error that names the source and the nearest valid name.
//
// One file and one environment can serve all services: in the file, top-level keys must be known to
// the program and those below [dispatch] concern the program "dispatch" only; in the environment,
// BAODAO_DISPATCH_<NAME> likewise (it wins over BAODAO_<NAME>).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace baodao::config {

// The programs of one deployment, which share files and environments, in the order of their ports.
inline constexpr std::array<std::string_view, 6> kServices = {"registration", "lists", "dispatch",
                                                              "matching",     "inbox", "records"};

// The kinds of things that leave Redis some time after they are over, as the settings keep_<kind>
// name them: records of these types, entries of ledgers, and notifications.
inline constexpr std::array<std::string_view, 13> kEndingKinds = {
    "registration", "verification", "need",        "need_series", "resource",
    "booking",      "project",      "task",        "complaint",   "certificate",
    "announcement", "ledger",       "notification"};

enum class Type {
  kString,
  kInt,
  kDouble,
  kBool,
  kDuration,  // "250ms", "30s", "5m", "2h", "7d"
  kBytes,     // "512", "64KiB", "4MiB", "1GiB"
  kList,      // Comma-separated strings; in TOML an array of strings. Empty text: no elements.
};

using Value = std::variant<std::string, int64_t, double, bool, std::chrono::milliseconds,
                           std::vector<std::string>>;

// Returns what is wrong ("must be 1–65535"), empty when fine.
using Validator = std::function<std::string(const Value&)>;

struct Row {
  std::string name;  // lower_snake
  Type type = Type::kString;
  std::string default_value;  // As a flag would spell it.
  std::string help;           // One sentence.
  bool secret = false;        // Never printed.
  Validator validator = nullptr;
};

Validator Between(double min, double max);  // Numbers; durations in seconds; bytes.
Validator OneOf(std::vector<std::string> values);
Validator NotEmpty();
// "host:port", also "[::1]:7101"; every element of a list. Port 0 means: any free one.
Validator HostPort();
// A list of IP addresses in their usual spelling.
Validator Addresses();

// The rows every service has: listen, metrics_listen, redis…, log_…, keys. `port` is the default
// gRPC port; metrics listen 2000 above. Append your own rows.
std::vector<Row> ServiceRows(int port);

class Config {
 public:
  // Each aborts when there is no row of that name and type: a mistake in the program.
  const std::string& Str(std::string_view name) const;
  int64_t Int(std::string_view name) const;  // Also bytes.
  double Double(std::string_view name) const;
  bool Bool(std::string_view name) const;
  std::chrono::milliseconds Duration(std::string_view name) const;
  const std::vector<std::string>& List(std::string_view name) const;

  // Every row as TOML; secrets as '***' (or '' when empty). A comment names the value's source:
  // "default", "file …", "environment" or "flag".
  std::string Print() const;

 private:
  friend class Loader;
  friend struct TomlReader;
  struct Item {
    Row row;
    Value value;
    std::string text;
    std::string source;
  };
  const Item& Find(std::string_view name) const;
  std::vector<Item> items_;
};

struct Sources {
  std::vector<std::string> flags;                  // Without the program's name.
  std::map<std::string, std::string> environment;  // BAODAO_… only are looked at.
};

// The result of reading the sources: run with `config`, or print `text` and exit.
struct Outcome {
  Config config;
  bool exit = false;
  int exit_code = 0;  // 0 after --help, --version, --print-config; 2 after an error.
  std::string text;   // For stdout when exit_code is 0, else one line for stderr.
};

// `program` is the service's name, `about` one sentence for --help; `rows` hold the ServiceRows.
Outcome Load(const std::string& program, const std::string& about, const std::vector<Row>& rows,
             const Sources& sources);

// For main(): reads argv and the environment, prints and exits where Outcome says so.
Config LoadOrExit(const std::string& program, const std::string& about,
                  const std::vector<Row>& rows, int argc, char** argv);

}  // namespace baodao::config
