// baodaoctl: the operator's tool.
#include <iostream>

#include "ops/ctl/app.h"

int main(int argc, char** argv) { return baodao::ctl::Run(argc, argv, std::cout, std::cerr); }
