#include "ops/ctl/rebuild.h"

#include <algorithm>
#include <functional>

#include "common/async/for_each.h"

namespace baodao::ctl {
namespace {

constexpr size_t kReadsAtOnce = 16;
constexpr int kLargestBatch = 200;  // of RestoreRecords
constexpr int64_t kTellEvery = 10'000;

using events::v1::Event;

// Without what the archive does not keep, the private parts first of all.
Event EventOf(lists::v1::Need need) {
  need.clear_contact();
  need.clear_beneficiary();
  need.clear_place();
  need.clear_description();
  need.clear_past_task_ids();
  need.clear_review_comment();
  need.clear_cancel_reason();
  Event event;
  *event.mutable_need_changed()->mutable_need() = std::move(need);
  return event;
}

Event EventOf(registration::v1::Registration registration) {
  registration.clear_note();
  registration.clear_review_comment();
  registration.clear_change_comment();
  Event event;
  *event.mutable_registration_changed()->mutable_registration() = std::move(registration);
  return event;
}

Event EventOf(registration::v1::Unit unit) {
  Event event;
  *event.mutable_unit_changed()->mutable_unit() = std::move(unit);
  return event;
}

Event EventOf(dispatch::v1::Task task) {
  task.clear_description();
  task.clear_cancel_reason();
  task.mutable_evaluation()->clear_comment();
  Event event;
  *event.mutable_task_changed()->mutable_task() = std::move(task);
  return event;
}

Event EventOf(dispatch::v1::Assignment assignment, const dispatch::v1::Task& task) {
  Event event;
  events::v1::AssignmentChanged& change = *event.mutable_assignment_changed();
  *change.mutable_assignment() = std::move(assignment);
  events::v1::TaskBrief& brief = *change.mutable_task();
  brief.set_title(task.title());
  brief.set_area_code(task.area_code());
  brief.set_state(task.state());
  brief.set_slots_max(task.slots_max());
  brief.set_accepted_count(task.accepted_count());
  brief.set_requester_id(task.requester_id());
  brief.set_need_id(task.need_id());
  *brief.mutable_start_time() = task.window().start();
  *brief.mutable_end_time() = task.window().end();
  return event;
}

// The profile itself is not kept, only what people are found by.
Event EventOf(const registration::v1::Profile& profile,
              const registration::v1::SearchTerms& search_terms) {
  Event event;
  events::v1::ProfileChanged& changed = *event.mutable_profile_changed();
  changed.mutable_profile()->set_person_id(profile.person_id());
  *changed.mutable_profile()->mutable_categories() = profile.categories();
  *changed.mutable_search_terms() = search_terms.terms();
  return event;
}

Event EventOf(dispatch::v1::LedgerEntry entry) {
  Event event;
  *event.mutable_hours_credited()->mutable_entry() = std::move(entry);
  return event;
}

// Runs `step` for each, some at a time. The first error, after all of those have ended.
Task<absl::Status> OfEach(int count, std::function<Task<absl::Status>(int)> step) {
  absl::Status status;
  std::function<Task<void>(size_t)> run = [&](size_t i) -> Task<void> {
    if (!status.ok()) co_return;
    const absl::Status done = co_await step(static_cast<int>(i));
    status.Update(done);
  };
  co_await ForEach(static_cast<size_t>(count), kReadsAtOnce, run);
  co_return status;
}

}  // namespace

Task<absl::Status> Rebuilder::Run() {
  CO_RETURN_IF_ERROR(co_await SendLists());
  const Owners::Use<dispatch::v1::ListTasksResponse> send_tasks =
      [this](dispatch::v1::ListTasksResponse page) { return SendTasks(std::move(page)); };
  CO_RETURN_IF_ERROR(co_await owners_.Tasks(send_tasks));
  // Entries take what they lack from tasks and assignments.
  CO_RETURN_IF_ERROR(co_await Flush());
  const Owners::Use<registration::v1::ListProfilesResponse> send_people =
      [this](registration::v1::ListProfilesResponse page) { return SendPeople(std::move(page)); };
  CO_RETURN_IF_ERROR(co_await owners_.Profiles(send_people, true));
  co_return co_await Flush();
}

Task<absl::Status> Rebuilder::SendLists() {
  const Owners::Use<registration::v1::ListUnitsResponse> send_units =
      [this](registration::v1::ListUnitsResponse page) -> Task<absl::Status> {
    for (registration::v1::Unit& unit : *page.mutable_units()) {
      CO_RETURN_IF_ERROR(co_await Add("units", EventOf(std::move(unit))));
    }
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await owners_.Units(send_units));
  const Owners::Use<registration::v1::ListRegistrationsResponse> send_registrations =
      [this](registration::v1::ListRegistrationsResponse page) -> Task<absl::Status> {
    for (registration::v1::Registration& one : *page.mutable_registrations()) {
      CO_RETURN_IF_ERROR(co_await Add("registrations", EventOf(std::move(one))));
    }
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await owners_.Registrations(send_registrations));
  const Owners::Use<lists::v1::ListNeedsResponse> send_needs =
      [this](lists::v1::ListNeedsResponse page) -> Task<absl::Status> {
    for (lists::v1::Need& need : *page.mutable_needs()) {
      CO_RETURN_IF_ERROR(co_await Add("needs", EventOf(std::move(need))));
    }
    co_return absl::OkStatus();
  };
  co_return co_await owners_.Needs(send_needs);
}

Task<absl::Status> Rebuilder::SendTasks(dispatch::v1::ListTasksResponse page) {
  for (const dispatch::v1::Task& task : page.tasks()) {
    CO_RETURN_IF_ERROR(co_await Add("tasks", EventOf(task)));
  }
  const std::function<Task<absl::Status>(int)> send = [&](int i) {
    return SendAssignments(page.tasks(i));
  };
  co_return co_await OfEach(page.tasks_size(), send);
}

Task<absl::Status> Rebuilder::SendAssignments(const dispatch::v1::Task& task) {
  const Owners::Use<dispatch::v1::ListTaskAssignmentsResponse> send =
      [&](dispatch::v1::ListTaskAssignmentsResponse page) -> Task<absl::Status> {
    for (dispatch::v1::Assignment& one : *page.mutable_assignments()) {
      CO_RETURN_IF_ERROR(co_await Add("assignments", EventOf(std::move(one), task)));
    }
    co_return absl::OkStatus();
  };
  absl::Status sent = co_await owners_.Assignments(task.task_id(), send);
  // It has left its owner since the page was read, and the archive does not have it.
  if (absl::IsNotFound(sent)) co_return absl::OkStatus();
  co_return sent;
}

Task<absl::Status> Rebuilder::SendPeople(registration::v1::ListProfilesResponse page) {
  for (int i = 0; i < page.profiles_size(); ++i) {
    CO_RETURN_IF_ERROR(co_await Add("people", EventOf(page.profiles(i), page.search_terms(i))));
  }
  const std::function<Task<absl::Status>(int)> send = [&](int i) -> Task<absl::Status> {
    const Owners::Use<dispatch::v1::ListLedgerEntriesResponse> add =
        [this](dispatch::v1::ListLedgerEntriesResponse entries) -> Task<absl::Status> {
      for (dispatch::v1::LedgerEntry& entry : *entries.mutable_entries()) {
        CO_RETURN_IF_ERROR(co_await Add("entries", EventOf(std::move(entry))));
      }
      co_return absl::OkStatus();
    };
    co_return co_await owners_.Entries(page.profiles(i).person_id(), add);
  };
  co_return co_await OfEach(page.profiles_size(), send);
}

Task<absl::Status> Rebuilder::Add(const std::string& kind, Event event) {
  batch_.add_events(event.SerializeAsString());
  const int64_t sent = ++sent_[kind];
  if (sent % kTellEvery == 0 && !session_.out.json()) {
    session_.out.Line(kind + " " + std::to_string(sent));
  }
  if (batch_.events_size() == kLargestBatch) co_return co_await Flush();
  co_return absl::OkStatus();
}

Task<absl::Status> Rebuilder::Flush() {
  if (batch_.events_size() == 0) co_return absl::OkStatus();
  records::v1::RestoreRecordsRequest batch;
  batch.Swap(&batch_);
  const auto restored = co_await owners_.Call(session_.backend.archive,
                                              &client::Archive::RestoreRecords, std::move(batch));
  co_return restored.status();
}

}  // namespace baodao::ctl
