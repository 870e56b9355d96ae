#include "tests/e2e/ctl/ctl.h"

#include <sstream>

#include "ops/ctl/app.h"

namespace baodao::ctl {

Outcome RunCtl(const baodao::testing::Deployment& deployment, std::vector<std::string> arguments) {
  const std::vector<std::string> where = {
      "baodaoctl", "--port-base",         std::to_string(deployment.port_base()),
      "--keys",    deployment.keys_dir(), "--lang",
      "en"};
  arguments.insert(arguments.begin(), where.begin(), where.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  std::ostringstream out;
  std::ostringstream err;
  Outcome outcome;
  outcome.code = Run(static_cast<int>(argv.size()), argv.data(), out, err);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace baodao::ctl
