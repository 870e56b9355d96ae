// A child process of a test: dies with the test, its output goes to a file.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace baodao::testing {

class ChildProcess {
 public:
  // Starts `argv` with the test's environment, less every BAODAO_ variable, plus `environment`;
  // stdout and stderr go to `log`. Throws std::runtime_error when it cannot be started.
  ChildProcess(const std::vector<std::string>& argv,
               const std::map<std::string, std::string>& environment, const std::string& log);
  ~ChildProcess();  // SIGKILL if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Whether it has not ended yet.
  bool Running();
  // Sends the signal and waits for the end. Answers the exit code, or minus the signal that ended
  // it.
  int End(int signal);
  // Waits for it to end by itself; the answer is End's.
  int Wait();
  void Signal(int signal) const;

 private:
  int Reap(int flags);

  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace baodao::testing
