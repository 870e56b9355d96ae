#include "services/registration/app/code_sender.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "baodao/registration/v1/sms.pb.h"

namespace baodao::registration {

Task<absl::Status> SmsCodeSender::Send(std::string challenge_id, std::string phone,
                                       std::string code, Time expires) {
  const Time now = clock_.Now();
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(expires - now).count();
  v1::Sms sms;
  sms.set_phone(std::move(phone));
  sms.set_template_(sms_.name);
  (*sms.mutable_params())["minutes"] = absl::StrCat(minutes);
  sms.set_text(
      absl::StrReplaceAll(sms_.text, {{"{code}", code}, {"{minutes}", absl::StrCat(minutes)}}));
  (*sms.mutable_params())["code"] = std::move(code);
  std::string json;
  const auto written = google::protobuf::util::MessageToJsonString(sms, &json);
  if (!written.ok()) co_return absl::InternalError("an Sms cannot be written as JSON");
  const webhook::Outcome outcome =
      co_await sender_.Send(std::move(challenge_id), std::move(json), now);
  if (outcome.kind == webhook::Outcome::Kind::kAccepted) co_return absl::OkStatus();
  if (outcome.kind == webhook::Outcome::Kind::kUnanswered) {
    co_return absl::DeadlineExceededError(outcome.why);
  }
  co_return absl::UnavailableError(outcome.why);
}

Task<absl::Status> FileCodeSender::Send(std::string, std::string phone, std::string code,
                                        Time expires) {
  const std::string line =
      std::to_string(expires.time_since_epoch().count()) + " " + phone + " " + code + "\n";
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    co_return absl::UnavailableError(path_ + ": " + std::strerror(errno));
  }
  // One write of one line: replicas that share the file do not mix their lines.
  const ssize_t written = write(file, line.data(), line.size());
  const int error = errno;
  close(file);
  if (written == static_cast<ssize_t>(line.size())) co_return absl::OkStatus();
  co_return absl::UnavailableError(path_ + ": " +
                                   (written < 0 ? std::strerror(error) : "disk full"));
}

Task<absl::Status> NoCodeSender::Send(std::string, std::string, std::string, Time) {
  co_return absl::UnavailableError("no way to send login codes is configured");
}

}  // namespace baodao::registration
