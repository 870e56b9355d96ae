#include "ops/ctl/tokens.h"

#include <memory>
#include <vector>

#include "common/auth/keys.h"
#include "common/auth/tokens.h"
#include "common/certificate/signed_facts.h"
#include "common/ids/ids.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

struct MintOptions {
  std::string person;
  std::string service;
  bool is_operator = false;
  std::vector<std::string> roles;
  int hours = 12;
};

absl::StatusOr<auth::Principal> PrincipalOf(const MintOptions& options) {
  if (!options.service.empty()) return auth::Principal::Service(options.service);
  if (options.is_operator) return OperatorPrincipal();
  if (!ids::IsValid(options.person, "per")) {
    return absl::InvalidArgumentError("--person: \"" + options.person + "\" is no person id");
  }
  std::vector<auth::RoleGrant> grants;
  for (const std::string& role : options.roles) {
    ASSIGN_OR_RETURN(auth::RoleGrant grant, ParseGrant(role));
    grants.push_back(std::move(grant));
  }
  return auth::Principal::Person(options.person, std::move(grants));
}

Task<absl::Status> Mint(Session& session, std::shared_ptr<const MintOptions> options) {
  const std::string& keys = session.globals().keys_dir;
  if (keys.empty()) co_return absl::InvalidArgumentError("token mint needs --keys DIR");
  CO_ASSIGN_OR_RETURN(const auth::Principal principal, PrincipalOf(*options));
  CO_ASSIGN_OR_RETURN(const std::string token,
                      MintToken(keys, principal, std::chrono::hours(options->hours)));
  session.out.Word("token", token);
  co_return absl::OkStatus();
}

Task<absl::Status> MakeKeys(Session& session, std::string dir, auth::KeyFiles files) {
  CO_RETURN_IF_ERROR(auth::CreateKeyFiles(dir, files));
  CO_ASSIGN_OR_RETURN(const auth::PrivateKey key,
                      auth::LoadPrivateKey(dir + "/" + std::string(files.private_key)));
  session.out.Word("kid", key.kid);
  co_return absl::OkStatus();
}

void AddKeys(CLI::App& token, Plan& plan) {
  CLI::App* keys = token.add_subcommand(
      "keys", "Makes signing.jwk and jwks.json in a directory, to replace those of a deployment");
  auto dir = std::make_shared<std::string>();
  keys->add_option("dir", *dir, "Where; what is there already stays")->required();
  auto files = std::make_shared<auth::KeyFiles>();
  keys->add_flag_callback(
      "--certificates", [files] { *files = certificate::kKeyFiles; },
      "Makes certificates.jwk and certificates.json instead, which certificates are signed with");
  keys->footer("How to replace keys: ops/runbooks/login.md");
  keys->callback([&plan, dir, files] {
    plan.command = [dir, files](Session& session) { return MakeKeys(session, *dir, *files); };
  });
}

}  // namespace

auth::Principal OperatorPrincipal() {
  std::vector<auth::RoleGrant> grants(1);
  grants[0].role = auth::v1::ROLE_OPERATOR;
  return auth::Principal::Person(ids::New("per", 0), std::move(grants));
}

absl::StatusOr<std::string> MintToken(const std::string& keys_dir, const auth::Principal& principal,
                                      std::chrono::seconds ttl) {
  absl::StatusOr<auth::PrivateKey> key =
      auth::LoadPrivateKey(keys_dir + "/" + std::string(auth::kPrivateKeyFile));
  if (!key.ok()) return absl::InvalidArgumentError(std::string(key.status().message()));
  return auth::Signer(*std::move(key)).Sign(principal, SystemClock().Now(), ttl);
}

absl::StatusOr<auth::RoleGrant> ParseGrant(const std::string& text) {
  const size_t at = text.find('@');
  const std::string name = text.substr(0, at);
  auth::RoleGrant grant;
  if (at != std::string::npos) grant.area_code = text.substr(at + 1);
  if (name == "operator") {
    grant.role = auth::v1::ROLE_OPERATOR;
    return grant;
  }
  if (name == "coordinator" && !grant.area_code.empty()) {
    grant.role = auth::v1::ROLE_COORDINATOR;
    return grant;
  }
  return absl::InvalidArgumentError("--role: \"" + text +
                                    "\" is neither coordinator@AREA nor operator[@AREA]");
}

void AddToken(CLI::App& app, Plan& plan) {
  CLI::App* token = app.add_subcommand("token", "Access tokens for local use");
  token->require_subcommand(1);
  AddKeys(*token, plan);
  CLI::App* mint = token->add_subcommand("mint", "Makes a token with the deployment's own key");
  auto options = std::make_shared<MintOptions>();
  auto* who = mint->add_option_group("who");
  who->add_option("--person", options->person, "Id of the person (per_…)");
  who->add_flag("--operator", options->is_operator, "An operator everywhere");
  who->add_option("--service", options->service, "Name of a service");
  who->require_option(1);
  mint->add_option("--role", options->roles, "coordinator@AREA or operator, with --person");
  mint->add_option("--hours", options->hours, "How long it is valid")
      ->check(CLI::Range(1, 24 * 365))
      ->capture_default_str();
  mint->footer(
      "Example:\n  export BAODAO_TOKEN=$(baodaoctl token mint --operator --keys var/keys)");
  mint->callback([&plan, options] {
    plan.command = [options](Session& session) { return Mint(session, options); };
  });
}

}  // namespace baodao::ctl
