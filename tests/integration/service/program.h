// A program of a test, run to its end within this process: for EXPECT_EXIT.
#pragma once

#include <unistd.h>

#include <string>
#include <vector>

#include "common/service/main.h"
#include "common/testing/redis_server.h"

namespace baodao::service {

// Its exit code. A minute is the most it may take.
inline int RunProgram(const Program& program, const testing::RedisServer& redis,
                      const std::string& keys_dir, const std::string& vocabulary = "") {
  std::vector<std::string> args{program.name,
                                "--redis",
                                "127.0.0.1:" + std::to_string(redis.port()),
                                "--metrics_listen",
                                "",
                                "--keys_dir",
                                keys_dir,
                                "--create_keys=true",
                                "--drain_grace=0s",
                                "--vocabulary",
                                vocabulary};
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  alarm(60);
  return Main(program, static_cast<int>(argv.size()), argv.data());
}

}  // namespace baodao::service
