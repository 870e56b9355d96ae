#include "common/testing/deployment.h"

#include <absl/strings/ascii.h>
#include <signal.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/testing/paths.h"

namespace baodao::testing {
namespace {

constexpr char kSecondDispatch[] = "dispatch2";

}  // namespace

Deployment::Deployment(Options options) : options_(std::move(options)) {
  if (options_.cluster) {
    cluster_.emplace();
  } else {
    redis_.emplace();
  }
  if (options_.second_dispatch) options_.services.push_back(kSecondDispatch);
  // Registration first: it makes the keys that all share.
  for (const std::string& service : options_.services) Spawn(service);
  for (const std::string& service : options_.services) AwaitServing(service);
}

int Deployment::PortOf(const std::string& service) const {
  static const std::map<std::string, int> offsets = {
      {"registration", 1}, {"lists", 2},   {"dispatch", 3},     {"matching", 4},
      {"inbox", 5},        {"records", 6}, {kSecondDispatch, 7}};
  return ports_.first() + offsets.at(service);
}

std::string Deployment::Addresses() {
  if (redis_) return redis_->socket();
  std::string addresses;
  for (size_t i = 0; i < RedisCluster::size(); ++i) {
    if (i > 0) addresses += ',';
    addresses += "127.0.0.1:" + std::to_string(cluster_->node(i).port());
  }
  return addresses;
}

void Deployment::Spawn(const std::string& service) {
  std::map<std::string, std::string> environment = options_.environment;
  environment["BAODAO_REDIS"] = Addresses();
  environment["BAODAO_KEYS_DIR"] = keys_dir();
  environment["BAODAO_CREATE_KEYS"] = "true";
  environment.emplace("BAODAO_RATE_LIMITS", "false");
  environment["BAODAO_REGISTRATION_CODES_FILE"] = codes_file();
  environment.emplace("BAODAO_RECORDS_DATABASE", records_file());
  for (const std::string_view name : config::kServices) {
    const std::string peer(name);
    environment["BAODAO_PEER_" + absl::AsciiStrToUpper(peer)] =
        "127.0.0.1:" + std::to_string(PortOf(peer));
  }
  if (options_.second_dispatch) {
    environment["BAODAO_PEER_DISPATCH"] += ",127.0.0.1:" + std::to_string(PortOf(kSecondDispatch));
  }
  const std::string program = service == kSecondDispatch ? "dispatch" : service;
  const int port = PortOf(service);
  std::vector<std::string> argv = run_under_[service];
  argv.insert(argv.end(), {Binary(program), "--listen=127.0.0.1:" + std::to_string(port),
                           "--metrics_listen=127.0.0.1:" + std::to_string(port + kMetricsOffset)});
  const auto more = options_.arguments.find(service);
  if (more != options_.arguments.end())
    argv.insert(argv.end(), more->second.begin(), more->second.end());
  ++starts_[service];
  processes_[service] =
      std::make_unique<ChildProcess>(argv, environment, dir_.File(service + ".log"));
}

std::string Deployment::Log(const std::string& service) const {
  std::ifstream file(dir_.File(service + ".log"));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

int Deployment::TimesServing(const std::string& service) const {
  const std::string log = Log(service);
  int serving = 0;
  for (size_t at = log.find("service.serving"); at != std::string::npos;
       at = log.find("service.serving", at + 1)) {
    ++serving;
  }
  return serving;
}

void Deployment::AwaitServing(const std::string& service) {
  const auto end = std::chrono::steady_clock::now() + options_.start_limit;
  while (TimesServing(service) != starts_[service]) {
    if (!processes_[service]->Running() || std::chrono::steady_clock::now() > end) {
      const std::string log = Log(service);
      throw std::runtime_error(service + " did not start:\n" +
                               log.substr(log.size() > 2000 ? log.size() - 2000 : 0));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Deployment::Start(const std::vector<std::string>& services) {
  for (const std::string& service : services) {
    // A killed start may not have come to serving: what counts is the next one.
    starts_[service] = TimesServing(service);
    Spawn(service);
  }
  for (const std::string& service : services) AwaitServing(service);
}

void Deployment::Kill(const std::string& service) { processes_.at(service)->End(SIGKILL); }

}  // namespace baodao::testing
