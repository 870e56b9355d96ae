// The program: command line → plan → one coroutine → exit code.
#pragma once

#include <absl/status/status.h>

#include <iosfwd>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace baodao::ctl {

inline constexpr int kOk = 0;
inline constexpr int kRefused = 1;
inline constexpr int kUsage = 2;
inline constexpr int kUnreachable = 3;

// Errors and answers in the language asked for, else in that of LC_ALL, LC_MESSAGES or LANG.
Locale LocaleOfUser(const std::string& asked);

// Two for mistakes of the caller that no service has seen (INVALID_ARGUMENT that is no refusal),
// three when the backend did not answer, one for everything it refused.
int ExitCodeOf(const absl::Status& status);

// "TASK_FULL: 任务名额已满", and a line for each field that is wrong.
std::string Explain(const absl::Status& status, Locale locale);

// `arguments` without the name of the program.
int Run(std::vector<std::string> arguments, std::ostream& out, std::ostream& err);

}  // namespace baodao::ctl
