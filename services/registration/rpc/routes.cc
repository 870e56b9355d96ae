#include "services/registration/rpc/routes.h"

#include <string>

namespace baodao::registration {

Handlers::Handlers(App& app) : app_(app), sessions_(app) {}

void Handlers::Register(rpc::Router& router) {
  RegisterAreas(app_, router);
  RegisterUnits(app_, router);
  RegisterUnitLiaisons(app_, router);
  RegisterUnitMembers(app_, router);
  RegisterServicePoints(app_, router);
  RegisterPeople(app_, router);
  RegisterCredentials(app_, router);
  RegisterVerifications(app_, router);
  RegisterRegistrations(app_, router);
  RegisterNewRegistrations(app_, router);
  RegisterRoles(app_, router);
  RegisterAccounts(app_, router);
  RegisterAccountDeletion(app_, router);
  RegisterConsents(app_, router);
  RegisterVocabulary(app_, router);
  sessions_.Register(router);
}

void LimitLogins(double per_second, rpc::RateLimits* limits) {
  for (const char* method : {"RequestLoginCode", "Login", "RefreshTokens"}) {
    const std::string name = std::string("baodao.registration.v1.SessionService/") + method;
    limits->methods[name] = rpc::Bucket{per_second, 2 * per_second};
  }
}

// Their answers are kept for a day, and those of profiles are large: 7 KB at most, so that this
// allows 1.2 MB a person, day and replica.
void LimitWrites(rpc::RateLimits* limits) {
  limits->methods["baodao.registration.v1.PersonService/UpdatePerson"] = rpc::Bucket{1.0 / 600, 30};
  for (const char* method :
       {"RegistrationService/CreateRegistration", "VerificationService/ApplyForVerification",
        "AccountService/ChangePhone", "AccountService/GiveConsent",
        "AccountService/WithdrawConsent", "AccountService/RequestAccountDeletion",
        "AccountService/CancelAccountDeletion"}) {
    limits->methods[std::string("baodao.registration.v1.") + method] = rpc::Bucket{1.0 / 300, 20};
  }
}

}  // namespace baodao::registration
