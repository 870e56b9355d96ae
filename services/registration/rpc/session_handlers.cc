#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {

void SessionHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.registration.v1.SessionService/";
  router.Unary(service + "RequestLoginCode", this, &SessionHandlers::RequestLoginCode);
  router.Unary(service + "Login", this, &SessionHandlers::Login);
  router.Unary(service + "RefreshTokens", this, &SessionHandlers::RefreshTokens);
  router.Unary(service + "Logout", this, &SessionHandlers::Logout);
  router.Unary(service + "GrantRole", this, &SessionHandlers::GrantRole);
  router.Unary(service + "RevokeRole", this, &SessionHandlers::RevokeRole);
  router.Unary(service + "ListRoles", this, &SessionHandlers::ListRoles);
}

}  // namespace baodao::registration
