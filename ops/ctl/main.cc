// baodaoctl: the operator's tool.
#include <iostream>

#include "ops/ctl/app.h"

int main(int argc, char** argv) {
  return baodao::ctl::Run({argv + 1, argv + argc}, std::cout, std::cerr);
}
