// Checks a certificate of hours without the backend.
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

#include "common/certificate/signed_facts.h"
#include "common/clock/clock.h"
#include "common/crypto/secret_file.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

struct VerifyOptions {
  std::string key;
  std::string text;
  std::string revoked;
};

std::string TextOf(const VerifyOptions& options) {
  if (options.text != "-") return options.text;
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

absl::Status CheckInForce(const dispatch::v1::CertificateFacts& facts,
                          const VerifyOptions& options) {
  if (Time(std::chrono::seconds(facts.expire_time())) <= SystemClock().Now()) {
    return absl::FailedPreconditionError("genuine, but it expired on " +
                                         LocalTimeOfSeconds(facts.expire_time()));
  }
  if (options.revoked.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string list, crypto::ReadFile(options.revoked, /*secret=*/false));
  // A list of numbers, or the answer of ListRevokedCertificates as JSON.
  for (const absl::string_view word : absl::StrSplit(list, absl::ByAnyChar(" \r\n\t\",[]{}:"))) {
    if (word != facts.number()) continue;
    return absl::FailedPreconditionError("genuine, but it was revoked");
  }
  return absl::OkStatus();
}

void ShowFacts(const dispatch::v1::CertificateFacts& facts, Output& out) {
  const auto duration = [](int64_t minutes) {
    return absl::StrCat(minutes / 60, " h ", minutes % 60, " min");
  };
  Table table({"FACT", "VALUE"});
  table.Add({"name", facts.name()});
  table.Add({"area", facts.area_name() + " (" + facts.area_code() + ")"});
  table.Add({"from", LocalTimeOfSeconds(facts.period_start())});
  table.Add({"to", LocalTimeOfSeconds(facts.period_end())});
  table.Add({"services", std::to_string(facts.service_count())});
  table.Add({"hours", duration(facts.automatic_minutes() + facts.manual_minutes())});
  table.Add({"signed in and out", duration(facts.automatic_minutes())});
  table.Add({"confirmed afterwards", duration(facts.manual_minutes())});
  table.Add({"number", facts.number()});
  table.Add({"issued", LocalTimeOfSeconds(facts.issue_time())});
  table.Add({"valid until", LocalTimeOfSeconds(facts.expire_time())});
  out.Show(table);
}

Task<absl::Status> Verify(Session& session, std::shared_ptr<const VerifyOptions> options) {
  std::vector<auth::KeySource> sources(1);
  sources[0].path = options->key;
  CO_ASSIGN_OR_RETURN(const auth::KeySet keys, auth::KeySet::Load(sources));
  const std::string text = TextOf(*options);
  CO_ASSIGN_OR_RETURN(const dispatch::v1::CertificateFacts facts,
                      certificate::Verify(std::string(absl::StripAsciiWhitespace(text)), keys));
  if (session.out.json()) {
    session.out.Show(facts);
  } else {
    ShowFacts(facts, session.out);
  }
  co_return CheckInForce(facts, *options);
}

}  // namespace

void AddVerify(CLI::App& app, Plan& plan) {
  CLI::App* verify = app.add_subcommand("verify", "Checks a certificate of hours, without network");
  auto options = std::make_shared<VerifyOptions>();
  verify->add_option("--key", options->key, "The published keys (GetCertificateKeys as JSON)")
      ->required();
  verify->add_option("--revoked", options->revoked,
                     "Numbers of revoked certificates (ListRevokedCertificates as JSON)");
  verify->add_option("TEXT", options->text, "What the QR code says; - reads it from stdin")
      ->default_val("-");
  verify->footer(
      "Shows what was signed. Exit code 1: changed, expired, revoked, or another key's.");
  verify->callback([&plan, options] {
    plan.command = [options](Session& session) { return Verify(session, options); };
  });
}

}  // namespace baodao::ctl
