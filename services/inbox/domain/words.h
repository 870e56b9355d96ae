// Parameters of notices that are codes, in words.
#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace baodao::inbox {

// "coordinator" or "operator".
std::string RoleText(std::string_view role, Locale locale);
// Why somebody's standing on a task has ended: the name of a dispatch.v1.EndCause. One that has no
// words here says only that something has changed.
std::string CauseText(std::string_view cause, Locale locale);
// Obligations for which an account is needed still: their names, separated by commas.
std::string ObligationsText(const std::string& kinds, Locale locale);
// The name that the vocabulary has for a category of people or a kind of credential: notices of
// verification are about either.
std::string TagText(std::string_view tag, Locale locale);

}  // namespace baodao::inbox
