#include "services/lists/domain/need_rules.h"

#include <algorithm>
#include <set>

#include "common/areas/geo.h"
#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/photo/photo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/window.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/wishes.h"

namespace baodao::lists {
namespace {

// Whether a duplicate may be handled together with this need: not once it is decided, or lies with
// its requester, when nothing more would be heard of the duplicate.
absl::Status CheckTarget(const v1::Need& target) {
  switch (target.state()) {
    case v1::NEED_STATE_MERGED:
      return Refuse(Reason::MERGE_CYCLE);
    case v1::NEED_STATE_RETURNED:
    case v1::NEED_STATE_REJECTED:
    case v1::NEED_STATE_RESOLVED:
    case v1::NEED_STATE_CLOSED:
    case v1::NEED_STATE_CANCELLED:
    case v1::NEED_STATE_EXPIRED:
      return WrongState(record::StateName(target.state()));
    default:
      return absl::OkStatus();
  }
}

// Checks the fields that the verdict requires.
absl::Status CheckVerdict(const v1::Need& need, const v1::ReviewNeedRequest& request,
                          const v1::NeedRecord* target) {
  switch (request.verdict()) {
    case v1::NEED_VERDICT_RETURN:
    case v1::NEED_VERDICT_REJECT:
      if (request.comment().empty()) return RefuseField("comment", ViolationKind::REQUIRED);
      return absl::OkStatus();
    case v1::NEED_VERDICT_MERGE:
      if (request.merged_into_id().empty()) {
        return RefuseField("merged_into_id", ViolationKind::REQUIRED);
      }
      if (request.merged_into_id() == need.need_id()) return Refuse(Reason::MERGE_WITH_ITSELF);
      if (target == nullptr) return NotFound("need", request.merged_into_id());
      return CheckTarget(target->need());
    default:
      return absl::OkStatus();
  }
}

NeedEvent EventOf(v1::NeedVerdict verdict) {
  switch (verdict) {
    case v1::NEED_VERDICT_RETURN:
      return NeedEvent::kReturn;
    case v1::NEED_VERDICT_REJECT:
      return NeedEvent::kReject;
    case v1::NEED_VERDICT_MERGE:
      return NeedEvent::kMerge;
    default:
      return NeedEvent::kAccept;
  }
}

// Everybody who waits for the outcome of `from` is added to those who hear that of `into`, once.
absl::Status Merge(const v1::NeedRecord& from, v1::NeedRecord* into) {
  std::set<std::string> told{"", into->need().requester_id()};
  for (const v1::Need& merged : into->merged()) told.insert(merged.requester_id());
  const auto add = [&](const v1::Need& need) {
    if (!told.insert(need.requester_id()).second) return;
    v1::Need* merged = into->add_merged();
    merged->set_need_id(need.need_id());
    merged->set_title(need.title());
    merged->set_requester_id(need.requester_id());
  };
  add(from.need());
  for (const v1::Need& merged : from.merged()) add(merged);
  if (into->merged_size() <= kMaxMerged) return absl::OkStatus();
  return Refuse(Reason::TOO_MANY_MERGED, {{"max", std::to_string(kMaxMerged)}});
}

absl::Status CheckTime(const v1::CreateNeedRequest& request, const work::Limits& limits, Time now) {
  if (!request.has_wishes() && !request.has_window()) {
    return RefuseField("window", ViolationKind::REQUIRED);
  }
  if (!request.has_wishes()) return validate::CheckWindow(request.window(), limits, now);
  if (request.has_window()) return RefuseField("wishes", ViolationKind::NOT_ALLOWED);
  return CheckWishes(request.wishes(), limits, now);
}

}  // namespace

absl::Status CheckBeneficiary(const v1::Beneficiary& beneficiary, Time now) {
  if (ToTime(beneficiary.consent_time()) <= now) return absl::OkStatus();
  return RefuseField("beneficiary.consent_time", ViolationKind::TOO_FAR_AHEAD,
                     {{"max", ToRfc3339(now)}});
}

absl::StatusOr<v1::Need> NewNeed(const v1::CreateNeedRequest& request,
                                 const std::string& requester_id, const work::Limits& limits,
                                 Time now) {
  RETURN_IF_ERROR(CheckTime(request, limits, now));
  RETURN_IF_ERROR(photo::CheckPhotos(request.photos(), "photos"));
  RETURN_IF_ERROR(CheckBeneficiary(request.beneficiary(), now));
  v1::Need need;
  need.set_title(request.title());
  need.set_description(request.description());
  need.set_category(request.category());
  need.set_area_code(request.area_code());
  if (request.has_place()) *need.mutable_place() = areas::Coarse(request.place());
  if (request.has_window()) *need.mutable_window() = request.window();
  if (request.has_wishes()) *need.mutable_wishes() = request.wishes();
  need.set_people_wanted(std::max(1, request.people_wanted()));
  *need.mutable_skills() = request.skills();
  *need.mutable_credentials() = request.credentials();
  need.set_urgency(std::max(v1::NEED_URGENCY_NORMAL, request.urgency()));
  need.set_state(v1::NEED_STATE_SUBMITTED);
  need.set_requester_id(requester_id);
  *need.mutable_create_time() = ToTimestamp(now);
  *need.mutable_update_time() = ToTimestamp(now);
  return need;
}

absl::Status Review(v1::NeedRecord* record, const v1::ReviewNeedRequest& request,
                    v1::NeedRecord* target, Time now) {
  v1::Need* need = record->mutable_need();
  RETURN_IF_ERROR(CheckVerdict(*need, request, target));
  if (record->publishing()) return Refuse(Reason::NEED_ALREADY_PUBLISHED);
  RETURN_IF_ERROR(Move(need, EventOf(request.verdict())));
  need->set_review_comment(request.comment());
  if (request.verdict() == v1::NEED_VERDICT_MERGE) {
    RETURN_IF_ERROR(Merge(*record, target));
    record->clear_merged();
    need->set_merged_into_id(request.merged_into_id());
  }
  *need->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Resubmit(v1::Need* need, Time now) {
  RETURN_IF_ERROR(Move(need, NeedEvent::kResubmit));
  *need->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Cancel(v1::Need* need, const std::string& reason, Time now) {
  if (need->state() == v1::NEED_STATE_IN_PROGRESS) return Refuse(Reason::NEED_IN_SERVICE);
  RETURN_IF_ERROR(Move(need, NeedEvent::kCancel));
  need->set_cancel_reason(reason);
  *need->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Resolve(v1::NeedRecord* record, Time now) {
  v1::Need* need = record->mutable_need();
  if (record->publishing() || !need->task_id().empty()) {
    return Refuse(Reason::NEED_ALREADY_PUBLISHED, {{"task", need->task_id()}});
  }
  RETURN_IF_ERROR(Move(need, NeedEvent::kResolve));
  *need->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Close(v1::Need* need, Time now) {
  RETURN_IF_ERROR(Move(need, NeedEvent::kClose));
  *need->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status Link(v1::NeedRecord* record, v1::Match match, Time now) {
  for (const v1::Match& other : record->matches()) {
    if (other.answer_id() == match.answer_id()) {
      return Refuse(Reason::ALREADY_EXISTS, {{"type", "match"}, {"id", other.match_id()}});
    }
  }
  if (record->matches_size() >= kMaxMatches) {
    return Refuse(Reason::TOO_MANY_MATCHES, {{"max", std::to_string(kMaxMatches)}});
  }
  RETURN_IF_ERROR(Move(record->mutable_need(), NeedEvent::kLink));
  *match.mutable_create_time() = ToTimestamp(now);
  *record->add_matches() = std::move(match);
  *record->mutable_need()->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

bool IsDecided(v1::NeedState state) {
  return state == v1::NEED_STATE_RESOLVED || state == v1::NEED_STATE_CLOSED ||
         state == v1::NEED_STATE_REJECTED || state == v1::NEED_STATE_CANCELLED ||
         state == v1::NEED_STATE_EXPIRED;
}

bool IsOver(v1::NeedState state) {
  return state == v1::NEED_STATE_CLOSED || state == v1::NEED_STATE_REJECTED ||
         state == v1::NEED_STATE_MERGED || state == v1::NEED_STATE_CANCELLED ||
         state == v1::NEED_STATE_EXPIRED;
}

v1::Need PublicView(v1::Need need) {
  need.clear_contact();
  need.clear_beneficiary();
  need.clear_photos();
  if (need.has_place()) *need.mutable_place() = areas::Coarse(need.place());
  return need;
}

}  // namespace baodao::lists
