#include "services/dispatch/domain/deadlines.h"

#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/check_in.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/credit_request.h"
#include "services/dispatch/domain/offer.h"
#include "services/dispatch/domain/unit_claim.h"
#include "services/dispatch/workers/deadlines.h"

namespace baodao::dispatch {
namespace {

constexpr char kActor[] = "dispatch";

// From the parent of the task's area to the root.
std::vector<std::string> AncestorsOf(const areas::AreaTree& tree, const v1::Task& task) {
  std::vector<std::string> codes;
  for (const areas::Area* area : tree.Ancestors(task.area_code())) codes.push_back(area->code());
  return codes;
}

}  // namespace

void Deadlines::Register(timers::TimerLoop& loop) {
  const auto add = [&](std::string_view kind,
                       Task<absl::Status> (Deadlines::*method)(timers::Timer)) {
    loop.Register(std::string(kind),
                  [this, method](const timers::Timer& timer) { return (this->*method)(timer); });
  };
  add(kSlaTimer, &Deadlines::Sla);
  add(kBeginTimer, &Deadlines::Begin);
  add(kNoShowTimer, &Deadlines::NoShow);
  add(kEndTimer, &Deadlines::End);
  add(kAutoCloseTimer, &Deadlines::AutoClose);
  add(kOfferTimer, &Deadlines::Offer);
  add(kPromoteTimer, &Deadlines::Promote);
  add(kCreditTimer, &Deadlines::Credit);
  add(kReleaseTimer, &Deadlines::Release);
  add(kRetireTimer, &Deadlines::Retire);
  add(kCreditRequestTimer, &Deadlines::CreditRequest);
  add(kCheckInTimer, &Deadlines::CheckIn);
  add(kLedgerTimer, &Deadlines::Ledger);
  loop.Register(std::string(record::kDeadlineTimer),
                [this](const timers::Timer& timer) { return app_.records.OnDeadline(timer); });
  add(kUnitClaimTimer, &Deadlines::UnitClaims);
}

Task<absl::Status> Deadlines::Run(timers::Timer timer, std::vector<std::string> people,
                                  bool everybody, Decide decide) {
  TaskCall call;
  call.people = std::move(people);
  call.everybody = everybody;
  call.actor = kActor;
  call.decide = std::move(decide);
  co_await RunAndRelease(app_, timer.id, call);
  const absl::Status status = call.result.status();
  const bool gone = absl::IsNotFound(status) || Is(status, Reason::ARCHIVED);
  if (call.end == TaskCall::End::kRefused && gone) {
    co_return co_await Drop(std::move(timer));
  }
  co_return status;
}

Task<absl::Status> Deadlines::Drop(timers::Timer timer) {
  log::Warn("dispatch.timer_without_task", {{"timer", timer.member}});
  store::Commit commit(timer.shard);
  commit.ClearTimer(timer.member);
  CO_RETURN_IF_ERROR(co_await app_.store.Apply(std::move(commit)));
  co_return absl::OkStatus();
}

Task<absl::Status> Deadlines::Sla(timers::Timer timer) {
  const std::shared_ptr<const areas::AreaTree> tree = app_.tree();
  Decide decide = [tree](Aggregate& aggregate, Time now) -> absl::StatusOr<Effects> {
    // This replica's tree is behind: without the area there would be nobody to turn to.
    if (tree->Find(aggregate.task().area_code()) == nullptr) return Refuse(Reason::NOT_READY);
    return DecideEscalate(aggregate, AncestorsOf(*tree, aggregate.task()), now);
  };
  co_return co_await Run(std::move(timer), {}, false, std::move(decide));
}

Task<absl::Status> Deadlines::Begin(timers::Timer timer) {
  co_return co_await Run(std::move(timer), {}, true, &DecideBegin);
}

Task<absl::Status> Deadlines::NoShow(timers::Timer timer) {
  Decide decide = [due = timer.due](Aggregate& aggregate, Time now) {
    return DecideNoShow(aggregate, due, now);
  };
  co_return co_await Run(std::move(timer), {}, true, std::move(decide));
}

Task<absl::Status> Deadlines::End(timers::Timer timer) {
  co_return co_await Run(std::move(timer), {}, true, &DecideEnd);
}

Task<absl::Status> Deadlines::Release(timers::Timer timer) {
  co_return co_await Run(std::move(timer), {}, true, &DecideRelease);
}

Task<absl::Status> Deadlines::Retire(timers::Timer timer) {
  const absl::Status retired = co_await app_.tasks.Retire(timer.id, timer.member);
  if (absl::IsNotFound(retired)) co_return co_await Drop(std::move(timer));
  co_return retired;
}

Task<absl::Status> Deadlines::Ledger(timers::Timer timer) {
  return app_.ledgers.Retire(timer.id, timer.member);
}

Task<absl::Status> Deadlines::UnitClaims(timers::Timer timer) {
  co_return co_await Run(std::move(timer), {}, true, &DecideUnitClaims);
}

Task<absl::Status> Deadlines::AutoClose(timers::Timer timer) {
  co_return co_await Run(std::move(timer), {}, false, &DecideAutoClose);
}

Task<absl::Status> Deadlines::Offer(timers::Timer timer) {
  const std::string person = timer.extra;
  std::vector<std::string> people(1, person);
  Decide decide = [person](Aggregate& aggregate, Time now) {
    return DecideLapse(aggregate, person, now);
  };
  co_return co_await Run(std::move(timer), std::move(people), false, std::move(decide));
}

Task<absl::Status> Deadlines::CreditRequest(timers::Timer timer) {
  const std::string person = timer.extra;
  std::vector<std::string> people(1, person);
  Decide decide = [person](Aggregate& aggregate, Time now) {
    return DecideUnanswered(aggregate, person, now);
  };
  co_return co_await Run(std::move(timer), std::move(people), false, std::move(decide));
}

Task<absl::Status> Deadlines::CheckIn(timers::Timer timer) {
  const std::string person = timer.extra;
  std::vector<std::string> people(1, person);
  Decide decide = [person](Aggregate& aggregate, Time now) {
    return DecideUnheard(aggregate, person, now);
  };
  co_return co_await Run(std::move(timer), std::move(people), false, std::move(decide));
}

}  // namespace baodao::dispatch
