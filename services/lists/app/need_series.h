// Series of needs with the needs they make and the other series of their person. All lie in the
// shard of their area, so that one commit changes them together: each occurrence becomes one need,
// whoever crashes, and whichever replicas' timers fire.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "common/record/transaction.h"
#include "services/lists/app/app.h"
#include "services/lists/domain/need_series.h"

namespace baodao::lists {

// Repeats the need for the person. PERMISSION_DENIED where it is not theirs, ALREADY_EXISTS while
// it is of a series that is open; NewNeedSeries, CountIn.
Task<absl::StatusOr<v1::NeedSeriesRecord>> Repeat(App& app, record::Transaction& transaction,
                                                  v1::CreateNeedSeriesRequest request,
                                                  std::string person_id);
// STALE_VERSION where the need was edited since the series was made: the coordinator sees the need,
// and the series repeats what it said. The commit expects the need as it was read.
Task<absl::Status> CheckUnedited(App& app, record::Transaction& transaction,
                                 v1::NeedSeriesRecord record);
// Writes what became of a series.
Task<absl::Status> PutNeedSeries(App& app, record::Transaction& transaction,
                                 record::Versioned<v1::NeedSeriesRecord> before,
                                 v1::NeedSeriesRecord after);
// Its deadline.
Task<absl::Status> LapseNeedSeries(App& app, record::Transaction& transaction,
                                   record::Versioned<v1::NeedSeriesRecord> before);
// Ends the person's series where their registration has ended: in the area of that, in those below
// and in those above.
Task<absl::Status> EndNeedSeriesOf(App& app, std::string person_id, std::string area_code,
                                   record::Origin origin);

}  // namespace baodao::lists
