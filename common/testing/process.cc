#include "common/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

extern char** environ;

namespace baodao::testing {
namespace {

std::vector<std::string> EnvironmentOf(const std::map<std::string, std::string>& more) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("BAODAO_")) result.emplace_back(*entry);
  }
  for (const auto& [name, value] : more) {
    result.push_back(name);
    result.back().append("=").append(value);
  }
  return result;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv,
                           const std::map<std::string, std::string>& environment,
                           const std::string& log) {
  // Everything that allocates happens before the fork.
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = EnvironmentOf(environment);
  std::vector<char*> argument_pointers = Pointers(arguments);
  std::vector<char*> variable_pointers = Pointers(variables);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) throw std::runtime_error("cannot write " + log + ": " + std::strerror(errno));
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execve(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
    _exit(127);
  }
  close(output);
  if (pid_ < 0) throw std::runtime_error("cannot fork");
}

ChildProcess::~ChildProcess() { End(SIGKILL); }

int ChildProcess::Reap(int flags) {
  if (!ended_) {
    int status = 0;
    if (waitpid(pid_, &status, flags) == pid_) {
      ended_ = true;
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
  }
  return status_;
}

bool ChildProcess::Running() {
  Reap(WNOHANG);
  return !ended_;
}

int ChildProcess::Wait() { return Reap(0); }

void ChildProcess::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

int ChildProcess::End(int signal) {
  Signal(signal);
  return Wait();
}

}  // namespace baodao::testing
