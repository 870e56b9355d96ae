// How login codes reach phones.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/webhook/sender.h"

namespace baodao::registration {

// Loop thread only.
class CodeSender {
 public:
  virtual ~CodeSender() = default;
  // Hands the code over for delivery, once. `challenge_id` is its own. Any error makes the caller
  // try again later with another code; DEADLINE_EXCEEDED: this one may arrive all the same.
  virtual Task<absl::Status> Send(std::string challenge_id, std::string phone, std::string code,
                                  Time expires) = 0;
};

struct SmsTemplate {
  std::string name;  // at the provider; may be empty
  std::string text;  // with {code} and {minutes}
};

// Posts an Sms to a gateway: one try, whose end the caller waits for.
class SmsCodeSender final : public CodeSender {
 public:
  // Both outlive it.
  SmsCodeSender(webhook::Sender& sender, Clock& clock, SmsTemplate sms)
      : sender_(sender), clock_(clock), sms_(std::move(sms)) {}
  Task<absl::Status> Send(std::string challenge_id, std::string phone, std::string code,
                          Time expires) override;

 private:
  webhook::Sender& sender_;
  Clock& clock_;
  SmsTemplate sms_;
};

// Appends "<expiry, milliseconds since the epoch> <phone> <code>\n" to a file of mode 0600, for
// local use only: the file is as good as everybody's password.
class FileCodeSender final : public CodeSender {
 public:
  explicit FileCodeSender(std::string path) : path_(std::move(path)) {}
  Task<absl::Status> Send(std::string challenge_id, std::string phone, std::string code,
                          Time expires) override;

 private:
  std::string path_;
};

// For deployments that cannot send codes yet: every Send is an error.
class NoCodeSender final : public CodeSender {
 public:
  Task<absl::Status> Send(std::string challenge_id, std::string phone, std::string code,
                          Time expires) override;
};

}  // namespace baodao::registration
