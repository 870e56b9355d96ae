// Calendar feeds as iCalendar text (RFC 5545).
#pragma once

#include <string>
#include <vector>

#include "common/status/status.h"
#include "services/dispatch/domain/feed.h"

namespace baodao::dispatch {

// The events of the person as one calendar, in China's time. The same events give the same bytes.
// Loop thread only: libical keeps state of its own.
std::string RenderCalendar(const std::vector<FeedEvent>& events, const std::string& person_id,
                           Locale locale);

}  // namespace baodao::dispatch
