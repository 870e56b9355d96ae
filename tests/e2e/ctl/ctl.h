// baodaoctl as an operator of a deployment calls it.
#pragma once

#include <string>
#include <vector>

#include "common/testing/deployment.h"
#include "common/testing/until.h"
#include "tests/ctl.h"

namespace baodao::ctl {

// In English, with the deployment's own keys.
Outcome RunCtl(const baodao::testing::Deployment& deployment, std::vector<std::string> arguments);

bool Has(const std::string& text, const std::string& part);

using baodao::testing::Until;

}  // namespace baodao::ctl
