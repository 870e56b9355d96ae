#include "common/crypto/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/crypto/random.h"

namespace baodao::crypto {
namespace {

constexpr size_t kMaxFile = 1 << 20;

absl::Status ErrnoStatus(const std::string& path, int error) {
  const std::string text = path + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(text);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(text);
    case EEXIST:
      return absl::AlreadyExistsError(text);
    default:
      return absl::FailedPreconditionError(text);
  }
}

// Closes on every path.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(fd) == 0;
}

absl::Status MakeParent(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return absl::OkStatus();
  std::filesystem::create_directories(directory, error);
  if (error) return ErrnoStatus(directory.string(), error.value());
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error) return ErrnoStatus(directory.string(), error.value());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, bool secret) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return ErrnoStatus(path, errno);
  if (!S_ISREG(info.st_mode)) return absl::FailedPreconditionError(path + ": not a regular file");
  if (secret && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError(path + ": others can access this secret; chmod 600 it");
  }
  std::string content(kMaxFile + 1, '\0');
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(path, errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kMaxFile) return absl::FailedPreconditionError(path + ": larger than 1 MiB");
  content.resize(size);
  return content;
}

absl::Status CreateFile(const std::string& path, std::string_view content, bool secret) {
  absl::Status parent = MakeParent(std::filesystem::path(path).parent_path());
  if (!parent.ok()) return parent;
  // Written aside and linked into place: link() fails when the name is taken, so of several
  // processes starting at once exactly one wins and nobody reads half a file.
  const std::string aside = path + "." + RandomToken(8);
  {
    const Descriptor file(
        ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644));
    if (file.get() < 0) return ErrnoStatus(aside, errno);
    if (!WriteAll(file.get(), content)) {
      const int error = errno;
      ::unlink(aside.c_str());
      return ErrnoStatus(aside, error);
    }
  }
  const int error = ::link(aside.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(aside.c_str());
  return error == 0 ? absl::OkStatus() : ErrnoStatus(path, error);
}

}  // namespace baodao::crypto
