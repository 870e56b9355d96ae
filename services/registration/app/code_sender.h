// How login codes reach phones.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// Implementations talk to an SMS gateway, or to a file on a developer's machine. Loop thread only.
class CodeSender {
 public:
  virtual ~CodeSender() = default;
  // Hands the code over for delivery. Any error makes the caller try again later with another code.
  virtual Task<absl::Status> Send(std::string phone, std::string code, Time expires) = 0;
};

// Appends "<expiry, milliseconds since the epoch> <phone> <code>\n" to a file of mode 0600, for
// local use only: the file is as good as everybody's password.
class FileCodeSender final : public CodeSender {
 public:
  explicit FileCodeSender(std::string path) : path_(std::move(path)) {}
  Task<absl::Status> Send(std::string phone, std::string code, Time expires) override;

 private:
  std::string path_;
};

// For deployments that cannot send codes yet: every Send is an error.
class NoCodeSender final : public CodeSender {
 public:
  Task<absl::Status> Send(std::string phone, std::string code, Time expires) override;
};

}  // namespace baodao::registration
