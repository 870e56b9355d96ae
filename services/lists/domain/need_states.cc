#include "services/lists/domain/need_states.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

// The methods that lead on from a state; empty: none of this service.
const char* PossibleIn(v1::NeedState state) {
  switch (state) {
    case v1::NEED_STATE_SUBMITTED:
      return "ReviewNeed, UpdateNeed, CancelNeed";
    case v1::NEED_STATE_RETURNED:
      return "UpdateNeed, ResubmitNeed, CancelNeed";
    case v1::NEED_STATE_ACCEPTED:
      return "PublishNeed, CreateMatch, ReviewNeed, UpdateNeed, CancelNeed";
    case v1::NEED_STATE_MATCHED:
      return "PublishNeed, CreateMatch, UpdateNeed, ResolveNeed, CancelNeed";
    case v1::NEED_STATE_RESOLVED:
      return "CloseNeed";
    default:
      return "";
  }
}

}  // namespace

absl::Status CheckMove(const v1::Need& need, NeedEvent event) {
  if (kNeedMachine.Next(need.state(), event)) return absl::OkStatus();
  Metadata metadata{{"state", record::StateName(need.state())}};
  const std::string possible = PossibleIn(need.state());
  if (!possible.empty()) metadata["possible"] = possible;
  return Refuse(Reason::WRONG_STATE, std::move(metadata));
}

absl::Status Move(v1::Need* need, NeedEvent event) {
  RETURN_IF_ERROR(CheckMove(*need, event));
  need->set_state(*kNeedMachine.Next(need->state(), event));
  return absl::OkStatus();
}

}  // namespace baodao::lists
