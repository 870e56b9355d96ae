// Ports for servers that tests start, restart, or start by a script.
#pragma once

#include <vector>

namespace baodao::testing {

// Ten ports of 127.0.0.1 from first() on: free now, and no other test's as long as this lives, also
// while their servers are down. Below the range from which outgoing connections take theirs, and
// apart from what ops/dev/throwaway.sh takes.
class Ports {
 public:
  // `also` names ten more, from first() + also on. Throws std::runtime_error when there are none.
  explicit Ports(int also = 0);
  ~Ports();
  Ports(const Ports&) = delete;
  Ports& operator=(const Ports&) = delete;

  int first() const { return first_; }

 private:
  bool Claim(int first);
  void GiveBack();

  int first_ = 0;
  std::vector<int> claims_;  // sockets whose names are the claims: the kernel ends them with us
};

}  // namespace baodao::testing
