// Parameters that are codes, in words.
#pragma once

#include <string>

#include "common/status/status.h"

namespace baodao::inbox {

// Why somebody's standing on a task has ended, as task_notices.cc names it, without a full stop.
std::string CauseText(const std::string& cause, Locale locale);
// A kind of credential. Kinds are open: one that is not well-known is shown as it is.
std::string CredentialText(const std::string& kind, Locale locale);

}  // namespace baodao::inbox
