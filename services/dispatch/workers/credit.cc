// Confirmed service goes into people's ledgers: first the entry in the person's shard, which can be
// written only once, then CREDITED in the task's.
#include <algorithm>
#include <utility>

#include "common/async/for_each.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/workers/deadlines.h"

namespace baodao::dispatch {
namespace {

constexpr size_t kPeopleAtOnce = 200;  // marked by one commit
constexpr size_t kLedgersAtOnce = 16;
// Until those whose ledgers could not be written are tried again.
constexpr Millis kTryAgain = std::chrono::minutes(1);

Credit CreditOf(const v1::TaskRecord& record, const v1::AssignmentRecord& person) {
  const v1::Task& task = record.task();
  const v1::Assignment& assignment = person.assignment();
  Credit credit;
  credit.person_id = assignment.person_id();
  credit.task_id = task.task_id();
  credit.task_title = task.title();
  credit.minutes = assignment.credited_minutes();
  const bool manual = !person.confirmer_id().empty();
  const bool on_request = person.confirmation() != v1::CONFIRMATION_UNSPECIFIED;
  credit.confirmation = on_request ? person.confirmation()
                        : manual   ? v1::CONFIRMATION_MANUAL
                                   : record.confirmation();
  credit.confirmer_id = manual ? person.confirmer_id() : record.confirmer_id();
  if (manual) credit.reason = assignment.reason();
  credit.unit_id = assignment.unit_id();
  credit.unit_post = !assignment.claim_unit_id().empty();
  credit.rating = task.evaluation().rating();
  return credit;
}

std::vector<std::string> Uncredited(const Loaded& loaded) {
  std::vector<std::string> people;
  for (const auto& [person, record] : loaded.people) {
    if (IsDue(loaded.record, record)) people.push_back(person);
  }
  std::ranges::sort(people);
  people.resize(std::min(people.size(), kPeopleAtOnce));
  return people;
}

}  // namespace

Task<absl::Status> Deadlines::Credit(timers::Timer timer) {
  auto read = co_await app_.tasks.ReadWithPeople(timer.id);
  if (absl::IsNotFound(read.status())) co_return co_await Drop(std::move(timer));
  CO_RETURN_IF_ERROR(read.status());
  const std::shared_ptr<const Loaded> loaded = *std::move(read);
  const std::vector<std::string> people = Uncredited(*loaded);
  std::vector<std::string> credited;
  absl::Status failed;
  std::function<Task<void>(size_t)> add = [&](size_t i) -> Task<void> {
    absl::Status added =
        co_await app_.ledgers.Add(CreditOf(loaded->record, loaded->people.at(people[i])));
    if (added.ok()) {
      credited.push_back(people[i]);
    } else {
      log::Error("dispatch.credit_failed",
                 {{"task", timer.id}, {"person", people[i]}, {"status", added}});
      failed = std::move(added);
    }
  };
  co_await ForEach(people.size(), kLedgersAtOnce, std::move(add));
  // One ledger that cannot be written keeps nobody else waiting.
  if (credited.empty() && !failed.ok()) co_return failed;
  const Millis pause = failed.ok() ? Millis(0) : kTryAgain;
  Decide decide = [credited = std::move(credited), pause](Aggregate& aggregate, Time now) {
    return DecideCredited(aggregate, credited, now + pause, now);
  };
  co_return co_await Run(std::move(timer), {}, true, std::move(decide));
}

}  // namespace baodao::dispatch
