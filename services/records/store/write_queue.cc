#include "services/records/store/write_queue.h"

#include <utility>

#include "common/status/macros.h"

namespace baodao::records {
namespace {

// Whatever else wants to write waits for as long as these take: some 100 ms.
constexpr size_t kEnoughEvents = 1'000;

}  // namespace

std::shared_ptr<WriteQueue::Waiting> WriteQueue::Add(Batch batch) {
  auto own = std::make_shared<Waiting>(Waiting{std::move(batch), std::nullopt});
  const std::lock_guard lock(mutex_);
  waiting_.push_back(own);
  return own;
}

absl::StatusOr<int64_t> WriteQueue::Write(Connection& connection,
                                          const std::shared_ptr<Waiting>& own) {
  if (own->fresh) return *own->fresh;
  std::vector<std::shared_ptr<Waiting>> group = Take(own);
  // PostgreSQL has several writers, which would wait for each other's rows.
  if (connection.dialect() == Dialect::kPostgres) group.resize(1);
  own->with_others = group.size() > 1;
  std::vector<const Batch*> batches;
  batches.reserve(group.size());
  for (const auto& one : group) batches.push_back(&one->batch);
  ASSIGN_OR_RETURN(const std::vector<int64_t> fresh, WriteAll(connection, batches));
  for (size_t i = 0; i < group.size(); ++i) group[i]->fresh = fresh[i];
  return *own->fresh;
}

// Nothing is lost by taking others in vain: their own turn comes.
std::vector<std::shared_ptr<WriteQueue::Waiting>> WriteQueue::Take(
    const std::shared_ptr<Waiting>& own) {
  std::vector<std::shared_ptr<Waiting>> taken = {own};
  size_t events = own->batch.entries.size();
  std::vector<std::weak_ptr<Waiting>> left;
  const std::lock_guard lock(mutex_);
  for (std::weak_ptr<Waiting>& one : waiting_) {
    std::shared_ptr<Waiting> held = one.lock();
    if (!held || held == own) continue;
    if (events >= kEnoughEvents) {
      left.push_back(std::move(one));
      continue;
    }
    events += held->batch.entries.size();
    taken.push_back(std::move(held));
  }
  waiting_ = std::move(left);
  return taken;
}

}  // namespace baodao::records
