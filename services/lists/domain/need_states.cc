#include "services/lists/domain/need_states.h"

#include <utility>

#include "common/status/status.h"

namespace baodao::lists {
namespace {

// The methods that lead on from a state; empty: none of this service.
const char* PossibleIn(v1::NeedState state) {
  switch (state) {
    case v1::NEED_STATE_SUBMITTED:
      return "ReviewNeed, CancelNeed";
    case v1::NEED_STATE_RETURNED:
      return "ResubmitNeed, CancelNeed";
    case v1::NEED_STATE_ACCEPTED:
      return "PublishNeed, CreateMatch, ReviewNeed, CancelNeed";
    case v1::NEED_STATE_MATCHED:
      return "PublishNeed, CreateMatch, ResolveNeed, CancelNeed";
    case v1::NEED_STATE_RESOLVED:
      return "CloseNeed";
    default:
      return "";
  }
}

}  // namespace

absl::Status Move(v1::Need* need, NeedEvent event) {
  const auto next = kNeedMachine.Next(need->state(), event);
  if (!next) {
    Metadata metadata{{"state", record::StateName(need->state())}};
    const std::string possible = PossibleIn(need->state());
    if (!possible.empty()) metadata["possible"] = possible;
    return Refuse(Reason::WRONG_STATE, std::move(metadata));
  }
  need->set_state(*next);
  return absl::OkStatus();
}

}  // namespace baodao::lists
