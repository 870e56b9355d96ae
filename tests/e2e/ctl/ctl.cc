#include "tests/e2e/ctl/ctl.h"

#include <utility>

namespace baodao::ctl {

Outcome RunCtl(const baodao::testing::Deployment& deployment, std::vector<std::string> arguments) {
  const std::vector<std::string> where = {"--port-base", std::to_string(deployment.port_base()),
                                          "--keys",      deployment.keys_dir(),
                                          "--lang",      "en"};
  arguments.insert(arguments.begin(), where.begin(), where.end());
  return OutcomeOf(std::move(arguments));
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace baodao::ctl
