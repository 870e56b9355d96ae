#include "common/testing/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>

namespace baodao::testing {
namespace {

constexpr int kLowest = 14'000;
constexpr int kHighest = 31'990;
constexpr int kBlock = 10;

bool IsFree(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return free;
}

}  // namespace

Ports::Ports(int also) {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<int> blocks(kLowest / kBlock, (kHighest - also) / kBlock);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    first_ = blocks(random) * kBlock;
    if (Claim(first_) && (also == 0 || Claim(first_ + also))) return;
    GiveBack();
  }
  throw std::runtime_error("no free ports");
}

Ports::~Ports() { GiveBack(); }

void Ports::GiveBack() {
  for (const int claim : claims_) close(claim);
  claims_.clear();
}

bool Ports::Claim(int first) {
  // A name in the abstract namespace is nobody else's, and no file that could be left behind.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "baodao-test-ports-" + std::to_string(first);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(claim, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    close(claim);
    return false;
  }
  claims_.push_back(claim);
  for (int port = first; port < first + kBlock; ++port) {
    if (!IsFree(port)) return false;
  }
  return true;
}

}  // namespace baodao::testing
