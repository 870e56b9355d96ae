// baodao.registration.v1.SessionService.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "baodao/registration/v1/session.pb.h"
#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/registration/app/app.h"
#include "services/registration/domain/login_rules.h"

namespace baodao::registration {

class SessionHandlers {
 public:
  explicit SessionHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::RequestLoginCodeResponse>> RequestLoginCode(
      rpc::CallContext context, v1::RequestLoginCodeRequest request);
  Task<absl::StatusOr<v1::Tokens>> Login(rpc::CallContext context, v1::LoginRequest request);
  Task<absl::StatusOr<v1::Tokens>> RefreshTokens(rpc::CallContext context,
                                                 v1::RefreshTokensRequest request);
  Task<absl::StatusOr<v1::LogoutResponse>> Logout(rpc::CallContext context,
                                                  v1::LogoutRequest request);

 private:
  // A login or refresh that is being decided: what it answers with, or why it is refused although
  // it has to write (an attempt counted, a session ended).
  struct Entry {
    v1::PersonRecord person;
    v1::SessionRecord session;
    std::string refresh_token;
    absl::Status refusal;
  };

  // One of the counters that a code counts for once it was sent.
  struct CodeLimit {
    std::string key;
    int64_t most = 0;  // in the window that its first code begins
    Millis window{0};
  };

  Task<absl::Status> CountAddress(rpc::CallContext context);
  // The device of the token; empty where it is not, or no more, a known one of the phone.
  Task<absl::StatusOr<std::string>> KnownDevice(std::string device_token, std::string phone_hash);
  // `lane`: a known device that is limited on its own; empty: like anybody.
  std::vector<CodeLimit> LimitsOf(const rpc::CallContext& context, const std::string& phone_hash,
                                  const std::string& lane) const;
  // RATE_LIMITED when another code would be too many.
  Task<absl::Status> CheckCode(std::vector<CodeLimit> limits);
  Task<absl::Status> CountCode(std::vector<CodeLimit> limits);
  Task<absl::Status> KeepCode(const v1::LoginCodeRecord& record);
  // After it could not be sent.
  Task<void> DropCode(const v1::LoginCodeRecord& record);
  Task<absl::StatusOr<v1::RequestLoginCodeResponse>> SendCode(rpc::CallContext context,
                                                              std::string phone,
                                                              v1::LoginCodeRecord record,
                                                              std::vector<CodeLimit> limits);
  Task<absl::Status> DecideLogin(record::Transaction& transaction, const v1::LoginRequest& request,
                                 Entry* entry);
  // Begins the entry's session, which has its device: a known one, or none yet.
  Task<absl::Status> Enter(record::Transaction& transaction, const std::string& phone,
                           Entry* entry);
  Task<absl::Status> EnterAgain(std::string session_id, Entry* entry);
  Task<absl::Status> DecideRefresh(record::Transaction& transaction, std::string session_id,
                                   std::string token, Entry* entry);
  // Puts the refresh token in force.
  void Renew(std::string token, Time now, Entry* entry) const;
  // The token in force of a session whose token `exchanged` was replaced a moment ago.
  absl::StatusOr<std::string> InForceAfter(std::string exchanged,
                                           const v1::SessionRecord& session) const;
  absl::StatusOr<v1::Tokens> TokensOf(const Entry& entry) const;

  App& app_;
  // Phones that a code is being sent to, each with the lane it is sent in.
  std::set<std::pair<std::string, std::string>> sending_;
};

}  // namespace baodao::registration
