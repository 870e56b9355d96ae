// Cancels needs, and the tasks that serve them, for the caller.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "services/lists/app/app.h"
#include "services/lists/app/publications.h"

namespace baodao::lists {

// A need without a task is cancelled by one commit. Where a task serves it, who asked is written
// down first, and the task is cancelled in dispatch: that decides it. The need follows, by the
// caller's own commit or by the task's event, whichever comes first, and a lost caller that sends
// the request again finds its answer.
class Cancellations {
 public:
  Cancellations(App& app, Publications& publications) : app_(app), publications_(publications) {}

  // CancelNeed for a caller. Refusals: NEED_IN_SERVICE, WRONG_STATE; PEER_UNAVAILABLE where
  // dispatch cannot be asked: the need is as it was, unless dispatch had decided before it was
  // lost.
  Task<absl::StatusOr<v1::NeedRecord>> Cancel(rpc::CallContext context,
                                              v1::CancelNeedRequest request);

 private:
  // The need once no publication runs and, where it has a task, it is written down who cancels it.
  Task<absl::StatusOr<record::Versioned<v1::NeedRecord>>> Prepare(
      rpc::CallContext context, const v1::CancelNeedRequest& request, const store::RequestKey& key);
  // Takes back who asked, where dispatch has refused them: a refused call leaves nothing behind.
  Task<void> Forget(rpc::CallContext context, std::string need_id, store::RequestKey key);
  // The task of the need, CANCELLED. The same answer for the same request, however often.
  Task<absl::StatusOr<dispatch::v1::Task>> CancelTask(rpc::CallContext context,
                                                      const v1::NeedRecord& record,
                                                      const v1::CancelNeedRequest& request);

  App& app_;
  Publications& publications_;
};

}  // namespace baodao::lists
