// Tasks and hours, as their owners have them and as the archive has them.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {

// What one side knows: of each task its state, of each person "<minutes> min in <entries>".
struct Account {
  std::map<std::string, std::string> tasks;
  std::map<std::string, std::string> hours;
  int64_t minutes = 0;

  void AddHours(const std::string& person, int64_t of_person, int64_t entries) {
    if (entries == 0) return;
    minutes += of_person;
    hours[person] = std::to_string(of_person) + " min in " + std::to_string(entries);
  }
};

// Service calls: the balances of others are for services alone.
class Auditor {
 public:
  Auditor(Session& session, std::string token) : session_(session), token_(std::move(token)) {}

  Task<absl::StatusOr<Account>> Owners();
  // Once everything until `time` is in it.
  Task<absl::StatusOr<Account>> Archive(Time time);

 private:
  template <class Service, class Req, class Resp>
  Task<absl::StatusOr<Resp>> Call(rpc::Client<Service>& client,
                                  rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                                  Req request) {
    rpc::CallOptions options = rpc::CallOptions::As(token_);
    options.timeout = std::chrono::seconds(session_.globals().timeout_s);
    co_return co_await client.Call(method, std::move(options), std::move(request));
  }
  Task<absl::Status> AddTasks(std::string area, Account* account);
  Task<absl::StatusOr<std::vector<std::string>>> People();
  Task<absl::Status> AddBalances(std::vector<std::string> people, Account* account);
  Task<absl::Status> AwaitArchive(Time time);

  Session& session_;
  std::string token_;
};

}  // namespace baodao::ctl
