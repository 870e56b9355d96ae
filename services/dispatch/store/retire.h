// When tasks that are over leave the store.
#pragma once

#include "common/record/archive.h"
#include "common/store/commit.h"
#include "services/dispatch/domain/aggregate.h"

namespace baodao::dispatch {

// Adds the timer for a task that is over now, or clears that of one that is not any more.
void SetRetireTimer(const record::Retirement& retirement, const v1::Task& before,
                    const v1::Task& after, store::Commit* commit);

}  // namespace baodao::dispatch
