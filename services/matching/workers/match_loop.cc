#include "services/matching/workers/match_loop.h"

#include <asio/cancellation_state.hpp>
#include <asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::matching {

MatchLoop::MatchLoop(const CandidateIndex& index, Matcher& matcher, Offers& offers, Leases& leases,
                     const Settings& settings, Clock& clock, MatchingMetrics& metrics)
    : index_(index),
      matcher_(matcher),
      offers_(offers),
      leases_(leases),
      settings_(settings),
      clock_(clock),
      metrics_(metrics) {}

Task<void> MatchLoop::Run() {
  std::exception_ptr ended;
  try {
    for (;;) {
      co_await Round();
      co_await clock_.SleepFor(settings_.interval);
    }
  } catch (...) {
    ended = std::current_exception();
  }
  // Here, where no round can take a lease again, and not in a stop function, which cannot wait. Who
  // cancelled this task waits for it; another cancellation must not keep the leases.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await Release();
  std::rethrow_exception(ended);
}

Task<int> MatchLoop::Round() {
  int made = 0;
  for (const MatchOrder& order : Orders()) {
    const absl::StatusOr<int> offers = co_await Match(order);
    if (offers.ok()) {
      made += *offers;
    } else {
      log::Warn("matching.round_failed",
                {{"district", order.area_code}, {"status", offers.status()}});
    }
  }
  metrics_.districts_led->Set(static_cast<double>(led_.size()));
  co_return made;
}

Task<void> MatchLoop::Release() {
  std::map<std::string, Fence> led;
  led.swap(led_);
  for (auto& [district, fence] : led) {
    const absl::Status released = co_await leases_.Release(fence);
    if (!released.ok()) log::Warn("matching.release_failed", {{"status", released}});
  }
}

Task<absl::StatusOr<int>> MatchLoop::Match(MatchOrder order) {
  const std::string district = order.area_code;
  led_.erase(district);
  CO_ASSIGN_OR_RETURN(Fence fence, co_await leases_.Hold(district));
  if (!fence.held()) co_return 0;
  led_[district] = fence;
  CO_ASSIGN_OR_RETURN(MatchReport report, co_await matcher_.Run(std::move(order)));
  if (report.open_tasks > 0) metrics_.runs_timer->Increment();
  if (report.proposals.empty()) co_return 0;
  // A run may have taken long, or this process may have been asleep: only a leader makes offers.
  CO_ASSIGN_OR_RETURN(Fence confirmed, co_await leases_.Confirm(fence));
  if (!confirmed.held()) {
    led_.erase(district);
    co_return 0;
  }
  led_[district] = confirmed;
  // One trace for the offers of a run.
  const rpc::TraceId trace = rpc::NewTraceId();
  const std::string trace_id(trace.data(), trace.size());
  const int made =
      co_await offers_.Make(rpc::CallOptions::Tracing(trace_id), std::move(report.proposals));
  log::Info("matching.round",
            {{"district", district},
             {"tasks", report.open_tasks},
             {"slots", report.open_slots},
             {"filled", report.filled},
             {"offers", made}},
            trace_id);
  co_return made;
}

std::vector<MatchOrder> MatchLoop::Orders() const {
  std::vector<MatchOrder> orders;
  const auto add = [&orders](const areas::Area& area, bool outside_districts) {
    MatchOrder& order = orders.emplace_back();
    order.area_code = area.code();
    order.only_lacking = true;
    order.outside_districts = outside_districts;
  };
  for (const areas::Area& area : index_.tree().All()) {
    if (area.level() == registration::v1::AREA_LEVEL_DISTRICT) add(area, false);
  }
  for (const areas::Area* root : index_.tree().Children("")) {
    if (root->level() != registration::v1::AREA_LEVEL_DISTRICT) add(*root, true);
  }
  return orders;
}

}  // namespace baodao::matching
