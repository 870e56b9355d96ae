#include "ops/ctl/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "common/auth/keys.h"
#include "common/crypto/random.h"
#include "common/log/log.h"
#include "common/version.h"
#include "ops/ctl/session.h"
#include "ops/ctl/tokens.h"

namespace baodao::ctl {
namespace {

constexpr char kFooter[] = R"(
Examples:
  baodaoctl token mint --operator --keys var/keys      a token to export as BAODAO_TOKEN
  baodaoctl areas import ops/data/yangpu/areas.csv
  baodaoctl review queue --area 310110
  baodaoctl tasks list --area 310110 --state OPEN
  baodaoctl match run --area 310110 --dry-run
  baodaoctl inspect tsk_01J0…                          any record as JSON

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the backend cannot be reached.)";

void AddGlobals(CLI::App& app, Globals& globals) {
  app.add_option("--host", globals.host, "Where the services are")->capture_default_str();
  app.add_option("--port-base", globals.port_base, "Services listen at base+1 … base+6")
      ->envname("BAODAO_PORT_BASE")
      ->check(CLI::Range(1, 65'000))
      ->capture_default_str();
  app.add_option("--token", globals.token,
                 "Access token of whoever calls; without it and --keys: BAODAO_TOKEN");
  app.add_option("--keys", globals.keys_dir,
                 "Key directory of the deployment: without --token, call as an operator");
  // The certificates of the services, where those talk TLS.
  const auto tls = [&](const char* option, std::string& path, const char* about, const char* name) {
    app.add_option(option, path, about)->envname(name)->check(CLI::ExistingFile);
  };
  tls("--tls-ca", globals.tls.ca, "PEM certificates to trust; without: plaintext", "BAODAO_TLS_CA");
  tls("--tls-cert", globals.tls.certificate, "PEM certificate to show", "BAODAO_TLS_CERT");
  tls("--tls-key", globals.tls.key, "PEM key of that certificate", "BAODAO_TLS_KEY");
  app.add_option("--lang", globals.language, "Language of answers and errors")
      ->check(CLI::IsMember({"zh", "en"}));
  app.add_option("--timeout", globals.timeout_s, "Seconds until a call is given up")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_flag("--json", globals.json, "JSON instead of tables");
}

void AddCommands(CLI::App& app, Plan& plan) {
  AddHealth(app, plan);
  AddAreas(app, plan);
  AddToken(app, plan);
  AddReview(app, plan);
  AddTasks(app, plan);
  AddNeeds(app, plan);
  AddMatch(app, plan);
  AddStats(app, plan);
  AddInspect(app, plan);
  AddDeadLetters(app, plan);
  AddRecords(app, plan);
  AddReports(app, plan);
  AddVerify(app, plan);
  AddVocabulary(app, plan);
}

// The command line goes before the environment.
absl::StatusOr<std::string> TokenFor(const Globals& globals) {
  if (!globals.token.empty()) return globals.token;
  if (!globals.keys_dir.empty()) {
    return MintToken(globals.keys_dir, OperatorPrincipal(), std::chrono::minutes(10));
  }
  const char* token = std::getenv("BAODAO_TOKEN");
  return token == nullptr ? "" : std::string(token);
}

absl::Status StatusOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return absl::InternalError(e.what());
  }
}

absl::Status RunCommand(Session& session, const Command& command) {
  absl::Status result = absl::UnknownError("it did not end");
  auto work = asio::make_work_guard(session.loop());
  asio::co_spawn(session.loop(), command(session),
                 [&](std::exception_ptr error, absl::Status status) {
                   result = error ? StatusOf(error) : std::move(status);
                   work.reset();
                   session.loop().stop();
                 });
  session.loop().run();
  return result;
}

}  // namespace

Locale LocaleOfUser(const std::string& asked) {
  std::string language = asked;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (language.empty() && value != nullptr) language = value;
  }
  return language.starts_with("zh") ? Locale::kZh : Locale::kEn;
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kOk;
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return kUnreachable;
  if (!IsRefusal(status) && absl::IsInvalidArgument(status)) return kUsage;
  return kRefused;
}

std::string Explain(const absl::Status& status, Locale locale) {
  if (!IsRefusal(status)) return Shown(std::string(status.message()));
  const auto reason = ReasonOf(status);
  std::string text = reason ? std::string(Name(*reason)) + ": " : "";
  text += Shown(Localise(status, locale));
  for (const Violation& violation : ViolationsOf(status)) {
    text += "\n  " + Shown(violation.field + ": " + Localise(violation, locale));
  }
  return text;
}

int Run(std::vector<std::string> arguments, std::ostream& out, std::ostream& err) {
  Plan plan;
  CLI::App app("Looks after a Baodao backend: areas, reviews, tasks, matching, records.",
               "baodaoctl");
  app.set_version_flag("--version", std::string(kVersion));
  app.fallthrough();
  app.require_subcommand(1);
  AddGlobals(app, plan.globals);
  AddCommands(app, plan);
  app.footer(kFooter);  // last: subcommands would inherit it
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? kOk : kUsage;
  }
  crypto::Init();
  log::Options quiet;
  quiet.level = log::Level::kError;
  log::Init(quiet);
  const Locale locale = LocaleOfUser(plan.globals.language);
  asio::io_context loop;
  absl::StatusOr<std::string> token = TokenFor(plan.globals);
  absl::Status status = token.status();
  if (token.ok()) {
    Session session(loop, plan.globals, *std::move(token), out);
    status = RunCommand(session, plan.command);
  }
  if (!status.ok()) err << "baodaoctl: " << Explain(status, locale) << std::endl;
  return ExitCodeOf(status);
}

}  // namespace baodao::ctl
