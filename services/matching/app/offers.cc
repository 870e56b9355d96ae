#include "services/matching/app/offers.h"

#include <utility>

#include "common/async/for_each.h"
#include "common/log/log.h"

namespace baodao::matching {
namespace {

// Whether dispatch decided against it; anything else may have happened, or may happen at the next
// try.
bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
      return true;
    default:
      return false;
  }
}

std::string_view Ulid(std::string_view id) { return id.substr(id.find('_') + 1); }

std::string Base36(uint64_t value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
    value /= 36;
  } while (value != 0);
  return digits;
}

}  // namespace

std::string RequestIdOf(const Proposal& proposal) {
  std::string id = "m";
  id += Ulid(proposal.task_id);
  id += Ulid(proposal.person_id);
  return id + "-" + Base36(static_cast<uint64_t>(proposal.round));
}

Offers::Offers(CandidateIndex& index, Dispatch& dispatch, const Settings& settings, Clock& clock,
               MatchingMetrics& metrics)
    : index_(index), dispatch_(dispatch), settings_(settings), clock_(clock), metrics_(metrics) {}

Task<int> Offers::Make(rpc::CallOptions options, std::vector<Proposal> proposals) {
  int made = 0;
  std::function<Task<void>(size_t)> step = [&](size_t i) -> Task<void> {
    const bool stands = co_await MakeOne(options, proposals[i]);
    made += stands ? 1 : 0;
  };
  co_await ForEach(proposals.size(), static_cast<size_t>(settings_.offer_concurrency), step);
  co_return made;
}

Task<bool> Offers::MakeOne(rpc::CallOptions options, Proposal proposal) {
  dispatch::v1::OfferTaskRequest request;
  request.set_request_id(RequestIdOf(proposal));
  request.set_task_id(proposal.task_id);
  request.set_person_id(proposal.person_id);
  request.set_ttl_seconds(static_cast<int32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(settings_.offer_ttl).count()));
  const auto offer = co_await dispatch_.OfferTask(std::move(options), std::move(request));
  if (offer.ok()) {
    metrics_.offers_made->Increment();
    // The event will say the same; until then nobody is to be asked twice.
    if (const OpenTask* task = index_.FindTask(proposal.task_id)) index_.Apply(*offer, task->task);
    co_return true;
  }
  const bool refused = IsFinal(offer.status());
  (refused ? metrics_.offers_refused : metrics_.offers_failed)->Increment();
  if (refused) {
    index_.Shun(proposal.task_id, proposal.person_id, clock_.Now() + settings_.shun);
  }
  log::Info(
      "matching.offer_refused",
      {{"task", proposal.task_id}, {"person", proposal.person_id}, {"status", offer.status()}});
  co_return false;
}

}  // namespace baodao::matching
