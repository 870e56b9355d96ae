// Registration behind a real gRPC server, on the store in memory and on a real Redis.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "baodao/registration/v1/area.grpc.pb.h"
#include "baodao/registration/v1/person.grpc.pb.h"
#include "baodao/registration/v1/registration.grpc.pb.h"
#include "baodao/registration/v1/session.grpc.pb.h"
#include "baodao/registration/v1/unit.grpc.pb.h"
#include "common/testing/service_fixture.h"
#include "services/registration/rpc/routes.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {

using testing::Backend;
using testing::BackendName;
using testing::ReasonName;

// Two subdistricts of one district; communities c1 and c2 in s1, c3 in s2; grid g1 in c1.
inline constexpr char kAreas[] =
    "code,name,level,parent_code,latitude,longitude,coordinate\n"
    "31,上海市,city,,31.23,121.47,approximate\n"
    "d1,杨浦区,district,31,31.285,121.525,approximate\n"
    "s1,定海路街道,subdistrict,d1,31.27,121.55,approximate\n"
    "s2,平凉路街道,subdistrict,d1,31.26,121.53,approximate\n"
    "c1,一社区,community,s1,31.271,121.551,synthetic\n"
    "c2,二社区,community,s1,31.275,121.555,synthetic\n"
    "c3,三社区,community,s2,31.261,121.531,synthetic\n"
    "g1,一网格,grid,c1,,,\n"
    "d2,虹口区,district,31,31.26,121.5,approximate\n"
    "s3,嘉兴路街道,subdistrict,d2,31.261,121.5,approximate\n"
    "c4,四社区,community,s3,31.262,121.501,synthetic\n";

// Remembers codes instead of sending them.
class PocketSender final : public CodeSender {
 public:
  Task<absl::Status> Send(std::string, std::string phone, std::string code, Time) override {
    if (broken) co_return absl::UnavailableError("gateway down");
    if (silent) co_return absl::DeadlineExceededError("no answer");
    codes[phone] = code;
    ++sent;
    co_return absl::OkStatus();
  }
  std::map<std::string, std::string> codes;
  int sent = 0;
  bool broken = false;
  bool silent = false;  // nobody knows whether the code arrives
};

class ServiceTest : public testing::ServiceFixture, public ::testing::WithParamInterface<Backend> {
 protected:
  static constexpr int kShards = 8;

  ServiceTest();

  using ServiceFixture::Call;
  // Calls as the holder of `token`; "" calls without one.
  template <class Service, class Req, class Resp>
  absl::StatusOr<Resp> Call(rpc::Client<Service>& client,
                            rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                            const std::string& token, Req request) {
    return Run(client.Call(method, rpc::CallOptions::As(token), std::move(request)));
  }

  // Somebody who has logged in.
  struct Account {
    std::string id;
    std::string token;
    v1::Tokens tokens;
  };
  // Asks for a code, from this machine or as the edge does for a client at `address`.
  absl::StatusOr<v1::RequestLoginCodeResponse> Ask(const std::string& phone,
                                                   const std::string& address = "",
                                                   const std::string& device_token = "");
  // With the challenge given, or else the last one that Ask was answered for the phone.
  absl::StatusOr<v1::Tokens> TryLogin(const std::string& phone, const std::string& code,
                                      const std::string& challenge_id = "");
  // As if no code had been sent to the phone lately: counters in Redis know no clock but its.
  void ForgetLastMinute(const std::string& phone);
  // Asks for a code and logs in.
  Account LogIn(const std::string& phone);
  std::string Coordinator(const std::string& area) {
    return tokens_.Coordinator("per_01J00000000000000000000001", area);
  }

  absl::StatusOr<v1::ImportAreasResponse> Import(const std::string& csv,
                                                 const std::string& request_id = "");
  absl::StatusOr<v1::Registration> Report(const std::string& token, const std::string& area,
                                          const std::string& subject = "");
  absl::StatusOr<v1::Registration> Review(const std::string& token, const std::string& id,
                                          bool approve = true);
  // A person with an ACTIVE registration at the area.
  v1::Registration Join(const Account& account, const std::string& area);
  v1::Unit MakeUnit(const std::string& area, const std::string& liaison);
  v1::Profile ProfileOf(const std::string& person_id);

  // The obligations of anybody in other services.
  std::vector<std::string> obligations_elsewhere_;

  // Moves the clock and lets the timers that are due fire, as one replica would.
  void Advance(Millis duration);

  store::Store* store_;
  metrics::Registry registry_;
  Metrics metrics_{registry_};
  PocketSender sender_;
  std::unique_ptr<AreaBook> areas_;
  std::unique_ptr<record::Repository> records_;
  std::unique_ptr<App> app_;
  std::unique_ptr<Handlers> handlers_;
  rpc::Router router_;
  std::map<std::string, std::string> challenges_;  // the last of each phone

  using Areas = rpc::AsyncOf<v1::AreaService>;
  using Units = rpc::AsyncOf<v1::UnitService>;
  using People = rpc::AsyncOf<v1::PersonService>;
  using Registrations = rpc::AsyncOf<v1::RegistrationService>;
  using Sessions = rpc::AsyncOf<v1::SessionService>;
  std::unique_ptr<rpc::Client<v1::AreaService>> area_client_;
  std::unique_ptr<rpc::Client<v1::UnitService>> unit_client_;
  std::unique_ptr<rpc::Client<v1::PersonService>> person_client_;
  std::unique_ptr<rpc::Client<v1::RegistrationService>> registration_client_;
  std::unique_ptr<rpc::Client<v1::SessionService>> session_client_;
};

}  // namespace baodao::registration
