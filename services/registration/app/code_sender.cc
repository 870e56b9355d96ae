#include "services/registration/app/code_sender.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace baodao::registration {

Task<absl::Status> FileCodeSender::Send(std::string phone, std::string code, Time expires) {
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

Task<absl::Status> NoCodeSender::Send(std::string, std::string, Time) {
  co_return absl::UnavailableError("no way to send login codes is configured");
}

}  // namespace baodao::registration
