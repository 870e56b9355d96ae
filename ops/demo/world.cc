#include "ops/demo/world.h"

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "common/async/for_each.h"
#include "common/client/login_code.h"
#include "ops/demo/call.h"

namespace baodao::demo {
namespace {

constexpr std::chrono::minutes kTokenAge{5};

void Keep(const registration::v1::Tokens& tokens, Actor& actor) {
  actor.token = tokens.access_token();
  actor.refresh_token = tokens.refresh_token();
  actor.token_time = SystemClock().Now();
}

}  // namespace

World::World(asio::io_context& loop, const Options& options, auth::Signer signer)
    : options(options),
      backend(loop, options.host, options.port_base),
      signer(std::move(signer)),
      run(std::to_string(SystemClock().Now().time_since_epoch().count())) {}

std::string World::OperatorToken() const {
  auth::RoleGrant grant;
  grant.role = auth::v1::ROLE_OPERATOR;
  std::vector<auth::RoleGrant> grants = {grant};
  const auth::Principal operator_ =
      auth::Principal::Person("per_0000000000000000000000000A", grants);
  return signer.Sign(operator_, SystemClock().Now(), std::chrono::minutes(10));
}

Task<void> World::LogIn(Actor& actor) {
  registration::v1::RequestLoginCodeRequest ask;
  ask.set_phone(actor.phone);
  const registration::v1::RequestLoginCodeResponse asked =
      co_await Must(backend.sessions, &client::Sessions::RequestLoginCode, "", ask);
  registration::v1::LoginRequest login;
  login.set_challenge_id(asked.challenge_id());
  login.set_phone(actor.phone);
  login.set_code(client::LastLoginCode(options.codes_file, actor.phone));
  const registration::v1::Tokens tokens =
      co_await Must(backend.sessions, &client::Sessions::Login, "", login);
  actor.person_id = tokens.person().person_id();
  Keep(tokens, actor);
}

Task<void> World::Refresh(Actor& actor) {
  registration::v1::RefreshTokensRequest request;
  request.set_refresh_token(actor.refresh_token);
  const registration::v1::Tokens tokens =
      co_await Must(backend.sessions, &client::Sessions::RefreshTokens, "", request);
  Keep(tokens, actor);
}

Task<void> World::KeepSignedIn() {
  const Time old = SystemClock().Now() - kTokenAge;
  std::vector<Actor*> stale;
  const auto look = [&](Actor& actor) {
    if (!actor.refresh_token.empty() && actor.token_time <= old) stale.push_back(&actor);
  };
  for (Community& community : communities) look(community.coordinator);
  for (Unit& unit : units) look(unit.liaison);
  for (Actor& person : people) look(person);
  auto refresh = [&](size_t i) { return Refresh(*stale[i]); };
  co_await ForEach(stale.size(), options.concurrency, refresh);
}

}  // namespace baodao::demo
