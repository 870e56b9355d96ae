#include "services/lists/domain/need_series.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/recurrence.h"

namespace baodao::lists {
namespace {

// The content of an occurrence: the need without what became of it.
v1::Need TemplateOf(v1::Need need) {
  need.clear_need_id();
  need.clear_window();
  need.clear_state();
  need.clear_review_comment();
  need.clear_task_id();
  need.clear_past_task_ids();
  need.clear_need_series_id();
  need.clear_create_time();
  need.clear_update_time();
  return need;
}

absl::Status Move(v1::NeedSeriesRecord* record, NeedSeriesEvent event, Time now) {
  v1::NeedSeries* const series = record->mutable_series();
  RETURN_IF_ERROR(kNeedSeriesMachine.Move(series, event));
  *series->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

// Leaves out what has started.
void DropPast(v1::NeedSeries* series, Time now) {
  auto& all = *series->mutable_occurrences();
  const auto next = std::ranges::find_if(all, [&](const auto& at) { return ToTime(at) > now; });
  all.erase(all.begin(), next);
}

absl::Status CheckRepeatable(const v1::Need& need) {
  if (IsOver(need.state()) || need.state() == v1::NEED_STATE_RETURNED) {
    return WrongState(record::StateName(need.state()));
  }
  return need.has_window() ? absl::OkStatus() : Refuse(Reason::NEED_WITHOUT_WINDOW);
}

}  // namespace

bool IsOpen(v1::NeedSeriesState state) {
  return state != v1::NEED_SERIES_STATE_UNSPECIFIED && !kNeedSeriesMachine.IsFinal(state);
}

absl::StatusOr<v1::NeedSeriesRecord> NewNeedSeries(const v1::CreateNeedSeriesRequest& request,
                                                   const v1::Need& need, Time now) {
  RETURN_IF_ERROR(CheckRepeatable(need));
  const Time first = ToTime(need.window().start());
  ASSIGN_OR_RETURN(const std::vector<Time> starts, OccurrencesOf(request.rrule(), first));
  v1::NeedSeriesRecord record;
  v1::NeedSeries& series = *record.mutable_series();
  // The first one is the need itself.
  for (const Time start : starts) {
    if (start > first) *series.add_occurrences() = ToTimestamp(start);
  }
  DropPast(&series, now);
  if (series.occurrences().empty()) return Refuse(Reason::RRULE_INVALID);
  series.set_need_id(need.need_id());
  series.set_title(need.title());
  series.set_category(need.category());
  series.set_area_code(need.area_code());
  series.set_requester_id(need.requester_id());
  series.set_rrule(request.rrule());
  *series.mutable_window() = need.window();
  series.set_state(v1::NEED_SERIES_STATE_SUBMITTED);
  *series.mutable_create_time() = ToTimestamp(now);
  *series.mutable_update_time() = ToTimestamp(now);
  *record.mutable_need() = TemplateOf(need);
  return record;
}

absl::Status Review(v1::NeedSeriesRecord* record, const v1::ReviewNeedSeriesRequest& request,
                    Time now) {
  const bool accepts = request.verdict() == v1::NEED_SERIES_VERDICT_ACCEPT;
  if (!accepts && request.comment().empty()) {
    return RefuseField("comment", ViolationKind::REQUIRED);
  }
  RETURN_IF_ERROR(Move(record, accepts ? NeedSeriesEvent::kAccept : NeedSeriesEvent::kReject, now));
  v1::NeedSeries* const series = record->mutable_series();
  series->set_review_comment(request.comment());
  const Time last = ToTime(*series->occurrences().rbegin());
  if (accepts && last <= now) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(last)}});
  DropPast(series, now);
  return absl::OkStatus();
}

absl::Status Skip(v1::NeedSeriesRecord* record, Time start, Time now) {
  v1::NeedSeries* const series = record->mutable_series();
  if (!IsOpen(series->state())) return WrongState(record::StateName(series->state()));
  auto& all = *series->mutable_occurrences();
  const auto skipped =
      std::ranges::find_if(all, [&](const auto& at) { return ToTime(at) == start; });
  if (skipped == all.end() || start <= now) return Refuse(Reason::NO_SUCH_OCCURRENCE);
  all.erase(skipped);
  *series->mutable_update_time() = ToTimestamp(now);
  DropPast(series, now);
  return all.empty() ? Move(record, NeedSeriesEvent::kEnd, now) : absl::OkStatus();
}

absl::Status End(v1::NeedSeriesRecord* record, const std::string& reason, Time now) {
  RETURN_IF_ERROR(Move(record, NeedSeriesEvent::kEnd, now));
  record->mutable_series()->set_end_reason(reason);
  return absl::OkStatus();
}

std::optional<Time> DeadlineOf(const v1::NeedSeriesRecord& record) {
  const v1::NeedSeries& series = record.series();
  if (!IsOpen(series.state()) || series.occurrences().empty()) return std::nullopt;
  if (series.state() == v1::NEED_SERIES_STATE_SUBMITTED) {
    return ToTime(*series.occurrences().rbegin());
  }
  return ToTime(series.occurrences(0)) - kMadeBefore;
}

std::optional<v1::Need> PassTime(v1::NeedSeriesRecord* record, Time now) {
  v1::NeedSeries* const series = record->mutable_series();
  DropPast(series, now);
  std::optional<v1::Need> need;
  const auto due = DeadlineOf(*record);
  if (series->state() == v1::NEED_SERIES_STATE_ACTIVE && due && *due <= now) {
    const Time start = ToTime(series->occurrences(0));
    need = record->need();
    *need->mutable_window()->mutable_start() = ToTimestamp(start);
    *need->mutable_window()->mutable_end() =
        ToTimestamp(start + (ToTime(series->window().end()) - ToTime(series->window().start())));
    need->set_state(v1::NEED_STATE_ACCEPTED);
    need->set_need_series_id(series->need_series_id());
    *need->mutable_create_time() = ToTimestamp(now);
    *need->mutable_update_time() = ToTimestamp(now);
    series->mutable_occurrences()->erase(series->occurrences().begin());
  }
  // Open, for only then it has a deadline.
  if (series->occurrences().empty()) Move(record, NeedSeriesEvent::kEnd, now).IgnoreError();
  return need;
}

absl::Status CountIn(v1::OpenNeedSeries* open, const std::string& need_series_id) {
  if (open->need_series_ids_size() >= kMaxOpenSeries) {
    return Refuse(Reason::TOO_MANY_SERIES, {{"max", std::to_string(kMaxOpenSeries)}});
  }
  open->add_need_series_ids(need_series_id);
  return absl::OkStatus();
}

void CountOut(v1::OpenNeedSeries* open, const std::string& need_series_id) {
  auto& all = *open->mutable_need_series_ids();
  all.erase(std::remove(all.begin(), all.end(), need_series_id), all.end());
}

}  // namespace baodao::lists
