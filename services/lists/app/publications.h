// Runs publications (domain/publication.h) against dispatch, for the caller and for the timer.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "services/lists/app/app.h"
#include "services/lists/domain/publication.h"

namespace baodao::lists {

// When the timer looks after a publication that its caller has not finished.
inline constexpr Millis kPublishRetry{5'000};
// The timer that finishes the need's publication.
std::string PublishTimerOf(const std::string& need_id);

class Publications {
 public:
  explicit Publications(App& app) : app_(app) {}

  // PublishNeed for a caller. One task per publication and one answer per request_id, whoever
  // finishes it. A refusal of dispatch is the answer, and the need is as it was. Where dispatch
  // cannot be asked: PEER_UNAVAILABLE, and the publication goes on without the caller.
  Task<absl::StatusOr<v1::NeedRecord>> Publish(rpc::CallContext context,
                                               v1::PublishNeedRequest request);

  // Ends the publication that runs, if one does, on behalf of `options`. OK when none runs any
  // more, whatever became of it.
  Task<absl::Status> Settle(std::string need_id, rpc::CallOptions options, record::Origin origin);

  // Finishes what a caller has left behind, and clears its timer. An error: again later.
  Task<absl::Status> Resume(std::string need_id);

  // Writes into the transaction what became of a publication or its task. `before` may be
  // publishing: then its timer is cleared and its caller answered.
  Task<absl::Status> Put(record::Transaction& transaction,
                         const record::Versioned<v1::NeedRecord>& before,
                         const v1::NeedRecord& after);

 private:
  // The stored answer of a request, or nothing yet; REQUEST_ID_REUSED.
  Task<absl::StatusOr<std::optional<v1::NeedRecord>>> FindAnswer(int shard, store::RequestKey key);
  // Has the publication written down, unless it is. An answer when the request had one already.
  Task<absl::StatusOr<std::optional<v1::NeedRecord>>> Begin(const rpc::CallContext& context,
                                                            const v1::PublishNeedRequest& request,
                                                            store::RequestKey key);
  // False on a conflict. `marked`: whether this call has marked the request in the caller's shard.
  Task<absl::StatusOr<bool>> TryBegin(const rpc::CallContext& context,
                                      const v1::PublishNeedRequest& request,
                                      const store::RequestKey& key, bool* marked);
  // Takes back the mark of a request that could not be begun, unless a copy of it was meanwhile.
  // Whether that runs.
  Task<absl::StatusOr<bool>> UnmarkUnlessBegun(const rpc::CallContext& context,
                                               const v1::PublishNeedRequest& request,
                                               const store::RequestKey& key);
  absl::Status BeginOn(v1::NeedRecord* record, const v1::PublishNeedRequest& request,
                       const Publisher& publisher, Time now) const;
  // Asks dispatch for the running publication, on behalf of `options`, and writes its outcome down.
  // OK when none runs any more.
  Task<absl::Status> Finish(std::string need_id, rpc::CallOptions options, record::Origin origin);
  Task<absl::Status> Conclude(std::string need_id, int attempt,
                              const absl::StatusOr<dispatch::v1::Task>& task,
                              record::Origin origin);
  // Takes back the marks of a publication's request that dispatch refused.
  Task<void> Unmark(const v1::NeedRecord& record);
  absl::StatusOr<dispatch::v1::PublishTaskRequest> RequestOf(const v1::NeedRecord& record) const;

  App& app_;
};

}  // namespace baodao::lists
