// Which groups act on which services' events: the one place that says so. The trimmer of a stream
// waits for its readers, also for those that have not started yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baodao::events {

// The services whose events a group reads, in no particular order.
std::vector<std::string> ServicesReadBy(std::string_view group);
// The groups that read a service's events.
std::vector<std::string> ReadersOf(std::string_view service);

}  // namespace baodao::events
