#include "common/testing/certificates.h"

#include <cstdlib>
#include <stdexcept>

namespace baodao::testing {
namespace {

constexpr char kNewKey[] =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";

}  // namespace

Certificates::Certificates() {
  Openssl(std::string(kNewKey) + " -subj /CN=test-ca -keyout ca.key -out ca.pem");
}

rpc::TlsFiles Certificates::Issue(const std::string& name) const {
  Openssl(
      std::string(kNewKey) + " -CA ca.pem -CAkey ca.key -subj /CN=" + name +
      " -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout " +
      name + ".key -out " + name + ".pem");
  return {dir_.File(name + ".pem"), dir_.File(name + ".key"), ca()};
}

void Certificates::Openssl(const std::string& arguments) const {
  const std::string command = "cd '" + dir_.path() + "' && openssl " + arguments + " 2>openssl.log";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl " + arguments);
}

}  // namespace baodao::testing
