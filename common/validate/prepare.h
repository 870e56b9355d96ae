// Changes a request to one form before it is checked.
#pragma once

#include <google/protobuf/message.h>

#include "common/validate/plan.h"

namespace baodao::validate {

// Clears what only the server may set, brings text into the form in which it is kept (normalise.h)
// and places to WGS-84. A second time changes nothing.
void Prepare(const Plan& plan, google::protobuf::Message* message, int depth = 0);

}  // namespace baodao::validate
