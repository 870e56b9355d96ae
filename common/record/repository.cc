#include "common/record/repository.h"

#include <numeric>
#include <stdexcept>

#include "common/async/gather.h"

namespace baodao::record {

rpc::AccessPolicy Repository::Access() {
  rpc::AccessPolicy policy;
  policy.covers = [this](std::string_view above, std::string_view below) {
    return tree_()->Covers(above, below);
  };
  policy.resolve = [this](rpc::CallContext context,
                          std::string id) -> Task<absl::StatusOr<rpc::Scope>> {
    const Kept* const kept = KeptById(id);
    if (kept == nullptr || !kept->scope) return Unknown(std::move(id));
    return kept->scope(std::move(context), std::move(id));
  };
  return policy;
}

const Repository::Kept* Repository::KeptById(std::string_view id) const {
  const auto kept = kept_.find(id.substr(0, id.find('_')));
  return kept == kept_.end() ? nullptr : &kept->second;
}

const Repository::Kept& Repository::KeptOf(const record::v1::Type& named) const {
  const auto kept = kept_.find(named.prefix());
  if (kept != kept_.end()) return kept->second;
  throw std::logic_error(named.name() + " was never handed to Repository::Add");
}

Task<absl::StatusOr<rpc::Scope>> Repository::Unknown(std::string id) {
  co_return NotFound("record", std::move(id));
}

Task<absl::Status> Repository::OnDeadline(timers::Timer timer) {
  const Kept* const kept = KeptById(timer.id);
  if (kept == nullptr) {
    co_return absl::InvalidArgumentError("a deadline of nothing: " + timer.member);
  }
  co_return co_await kept->on_deadline(std::move(timer));
}

Task<absl::Status> Repository::Update(int shard, Origin origin,
                                      std::function<Task<absl::Status>(Transaction&)> decide) {
  std::vector<Transition> transitions;  // of the latest try
  std::function<Task<absl::StatusOr<store::Commit>>()> attempt =
      [&]() -> Task<absl::StatusOr<store::Commit>> {
    origin.now = clock_.Now();
    Transaction transaction = Begin(shard, origin);
    CO_RETURN_IF_ERROR(co_await decide(transaction));
    CO_RETURN_IF_ERROR(transaction.status());
    transitions = transaction.transitions();
    co_return transaction.TakeCommit();
  };
  CO_RETURN_IF_ERROR(co_await store::Update(store_, std::move(attempt)));
  transitions_.Count(transitions);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<store::CommitOutcome::Kind>> Repository::Commit(Transaction transaction) {
  CO_RETURN_IF_ERROR(transaction.status());
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome,
                      co_await store_.Apply(transaction.TakeCommit()));
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) {
    transitions_.Count(transaction.transitions());
  }
  co_return outcome.kind;
}

Task<absl::StatusOr<int64_t>> Repository::SizeOf(std::vector<std::string> lists, double least) {
  std::vector<Task<absl::StatusOr<int64_t>>> reads;
  reads.reserve(lists.size());
  for (std::string& list : lists) reads.push_back(store_.IndexSize(std::move(list), least));
  const std::vector<absl::StatusOr<int64_t>> sizes = co_await Gather(std::move(reads));
  int64_t sum = 0;
  for (const absl::StatusOr<int64_t>& size : sizes) {
    CO_RETURN_IF_ERROR(size.status());
    sum += *size;
  }
  co_return sum;
}

std::vector<int> Repository::ShardsOf(bool in_one, int shard) const {
  if (in_one) return {shard};
  std::vector<int> all(static_cast<size_t>(store_.shards()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Task<absl::Status> Repository::RecordRelease(rpc::CallContext context,
                                             events::v1::ContactReleased released, std::string id) {
  const Origin origin = OriginOf(context, clock_.Now());
  Transaction transaction = Begin(ShardOfId(id), origin);
  events::v1::Event event;
  released.set_reader_id(origin.actor_id);  // also a service
  *event.mutable_contact_released() = std::move(released);
  transaction.Fill(&event);
  // About so many of a shard: years of a district.
  constexpr uint64_t kKept = 1'000'000;
  transaction.commit().Append(store_.keys().Of(transaction.shard(), "releases"),
                              event.SerializeAsString(), kKept);
  transaction.Emit(std::move(event));
  co_return (co_await Commit(std::move(transaction))).status();
}

Task<absl::StatusOr<Repository::Tree>> Repository::TreeWith(std::string area_code) {
  if (newest_ && tree_()->Find(area_code) == nullptr) {
    CO_RETURN_IF_ERROR((co_await newest_()).status());
  }
  const Tree tree = tree_();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, area_code));
  co_return tree;
}

Task<absl::Status> Repository::CheckKnown(std::string area_code) {
  co_return (co_await TreeWith(std::move(area_code))).status();
}

int Repository::CallerShard(const rpc::CallContext& context, int shard) const {
  const auth::Principal& caller = context.caller();
  return caller.IsPerson() ? store_.keys().ShardOfId(caller.person_id) : shard;
}

}  // namespace baodao::record
