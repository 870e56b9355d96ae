// MatchService: 精准对接. The links of a need are part of its record.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/lists/rpc/deps.h"

namespace baodao::lists {

class MatchHandlers {
 public:
  explicit MatchHandlers(Deps deps) : deps_(deps) {}

  Task<absl::StatusOr<v1::Match>> Create(rpc::CallContext ctx, v1::CreateMatchRequest request);
  Task<absl::StatusOr<v1::ListMatchesResponse>> List(rpc::CallContext ctx,
                                                     v1::ListMatchesRequest request);

 private:
  // That the resource or project can be linked, and where it is.
  Task<absl::StatusOr<std::string>> AreaOfAnswer(std::string answer_id, store::Commit* commit);

  Deps deps_;
};

}  // namespace baodao::lists
