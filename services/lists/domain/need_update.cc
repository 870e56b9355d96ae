#include "services/lists/domain/need_update.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <string_view>

#include "common/areas/geo.h"
#include "common/clock/timestamp.h"
#include "common/photo/photo.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/window.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/wishes.h"

namespace baodao::lists {
namespace {

absl::Status CheckEdits(const v1::UpdateNeedRequest& request, const work::Limits& limits,
                        Time now) {
  RETURN_IF_ERROR(record::CheckMask(
      request,
      {"title", "description", "category", "place", "window", "people_wanted", "skills", "contact",
       "credentials", "urgency", "photos", "wishes", "beneficiary"},
      {"title", "category", "window", "wishes"}));
  if (record::Sets(request, "photos")) {
    RETURN_IF_ERROR(photo::CheckPhotos(request.photos(), "photos"));
  }
  if (record::Sets(request, "beneficiary")) {
    RETURN_IF_ERROR(CheckBeneficiary(request.beneficiary(), now));
  }
  const bool wishes = record::Sets(request, "wishes"), window = record::Sets(request, "window");
  if (wishes && window) return RefuseField("wishes", ViolationKind::NOT_ALLOWED);
  if (wishes) return CheckWishes(request.wishes(), limits, now);
  return window ? validate::CheckWindow(request.window(), limits, now) : absl::OkStatus();
}

// A need that can be cancelled can be edited, as long as no volunteer has been promised anything.
absl::Status CheckEditable(const v1::NeedRecord& record) {
  const v1::Need& need = record.need();
  RETURN_IF_ERROR(CheckMove(need, NeedEvent::kCancel));
  if (!record.publishing() && need.task_id().empty()) return absl::OkStatus();
  return Refuse(Reason::NEED_ALREADY_PUBLISHED, {{"task", need.task_id()}});
}

void Apply(const v1::UpdateNeedRequest& request, v1::Need* need) {
  const auto sets = [&](std::string_view field) { return record::Sets(request, field); };
  if (sets("title")) need->set_title(request.title());
  if (sets("description")) need->set_description(request.description());
  if (sets("category")) need->set_category(request.category());
  if (sets("place")) need->clear_place();
  if (sets("place") && request.has_place()) *need->mutable_place() = areas::Coarse(request.place());
  if (sets("window") || sets("wishes")) {
    need->clear_window();
    need->clear_wishes();
  }
  if (sets("window")) *need->mutable_window() = request.window();
  if (sets("wishes")) *need->mutable_wishes() = request.wishes();
  if (sets("people_wanted")) need->set_people_wanted(std::max(1, request.people_wanted()));
  if (sets("skills")) *need->mutable_skills() = request.skills();
  if (sets("credentials")) *need->mutable_credentials() = request.credentials();
  if (sets("urgency")) need->set_urgency(std::max(v1::NEED_URGENCY_NORMAL, request.urgency()));
}

// Whether the two differ in what a coordinator decides on.
bool DiffersInWhatWasReviewed(const v1::Need& before, const v1::Need& after) {
  using google::protobuf::util::MessageDifferencer;
  return before.category() != after.category() || before.people_wanted() != after.people_wanted() ||
         !MessageDifferencer::Equals(before.window(), after.window()) ||
         !MessageDifferencer::Equals(before.wishes(), after.wishes()) ||
         !std::ranges::equal(before.skills(), after.skills()) ||
         !std::ranges::equal(before.credentials(), after.credentials());
}

}  // namespace

absl::Status Update(v1::NeedRecord* record, const v1::UpdateNeedRequest& request, bool by_requester,
                    const work::Limits& limits, Time now) {
  RETURN_IF_ERROR(CheckEdits(request, limits, now));
  RETURN_IF_ERROR(CheckEditable(*record));
  v1::Need* const need = record->mutable_need();
  const v1::Need before = *need;
  Apply(request, need);
  if (by_requester && need->state() == v1::NEED_STATE_ACCEPTED &&
      (record::Sets(request, "beneficiary") || DiffersInWhatWasReviewed(before, *need))) {
    RETURN_IF_ERROR(Move(need, NeedEvent::kRevise));
  }
  record->set_edits(record->edits() + 1);
  *need->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

}  // namespace baodao::lists
