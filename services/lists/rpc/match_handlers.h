// MatchService: 精准对接. The links of a need are part of its record.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/rpc/router.h"
#include "services/lists/app/app.h"

namespace baodao::lists {

class MatchHandlers {
 public:
  explicit MatchHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Match>> Create(rpc::CallContext context, v1::CreateMatchRequest request);
  Task<absl::StatusOr<v1::ListMatchesResponse>> List(rpc::CallContext context,
                                                     v1::ListMatchesRequest request);

 private:
  // That the resource or project can be linked, and where it is.
  Task<absl::StatusOr<std::string>> AreaOfAnswer(std::string answer_id,
                                                 record::Transaction* transaction);

  App& app_;
};

}  // namespace baodao::lists
