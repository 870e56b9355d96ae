// What is special about some kinds of notices.
#pragma once

#include <string_view>

namespace baodao::inbox {

// Somebody must act: kept apart as well, where whatever else comes in cannot displace them.
bool IsUrgent(std::string_view kind);

// One account can cause as many notices of these kinds as it likes: beyond some in a day, those of
// one family about the same thing are gathered up, and the latest of them is shown. Empty: each is
// shown.
std::string_view FamilyOf(std::string_view kind);

}  // namespace baodao::inbox
