// Certificates for one test, made with openssl.
#pragma once

#include <string>

#include "common/rpc/tls.h"
#include "common/testing/temp_dir.h"

namespace baodao::testing {

// A certificate authority of its own. Throws std::runtime_error when openssl fails.
class Certificates {
 public:
  Certificates();

  std::string ca() const { return dir_.File("ca.pem"); }
  // A certificate for 127.0.0.1 signed by this authority, to be used among those who trust it.
  rpc::TlsFiles Issue(const std::string& name) const;

 private:
  void Openssl(const std::string& arguments) const;

  TempDir dir_;
};

}  // namespace baodao::testing
