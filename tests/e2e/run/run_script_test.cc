// The promises of `make run` that ops/dev/run.sh keeps itself: one clear line where it cannot run,
// an end without remains at Ctrl-C, and everything found again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <asio/ip/tcp.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/testing/deployment.h"
#include "common/testing/loop.h"
#include "common/testing/paths.h"
#include "ops/demo/call.h"
#include "ops/demo/names.h"
#include "tests/e2e/run/script.h"

namespace baodao::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr char kArea[] = "310110001001";

class Listener {
 public:
  explicit Listener(int port)
      : acceptor_(loop_, {asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)}) {}

 private:
  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_;
};

class RunScriptTest : public ::testing::Test {
 protected:
  // Redis lives in a session of its own: also where the script left it behind it must go.
  ~RunScriptTest() override {
    script_.reset();
    if (!fs::exists(data_ + "/redis.sock")) return;
    const std::string end = "redis-cli -s " + data_ + "/redis.sock shutdown nosave";
    if (std::system((end + " >/dev/null 2>&1").c_str()) != 0) ADD_FAILURE() << end;
  }

  Script::Environment With(Script::Environment more = {}) const {
    more.emplace("BAODAO_DIR", data_);
    more.emplace("BAODAO_PORT_BASE", std::to_string(base_));
    return more;
  }

  void Start(Script::Environment more = {}) {
    script_.reset();
    script_.emplace("ops/dev/run.sh", With(std::move(more)));
  }

  // Whether it came to serve.
  bool Serves() {
    return Until([this] { return Says("Ctrl-C stops.\n") || !script_->Running(); }) &&
           script_->Running();
  }
  bool Says(const std::string& text) const {
    return script_->Log().find(text) != std::string::npos;
  }

  // The one line with which a script of its own ends.
  std::string Refusal(Script::Environment more = {}) const {
    Script script("ops/dev/run.sh", With(std::move(more)));
    EXPECT_EQ(script.ExitCode(), 1);
    const std::string log = script.Log();
    EXPECT_THAT(log, MatchesRegex("run: [^\n]+\n"));
    EXPECT_TRUE(script.Deserted());
    return log;
  }

  void ExpectNoRemains() {
    EXPECT_TRUE(script_->Deserted());
    EXPECT_FALSE(fs::exists(data_ + "/redis.sock"));
  }

  std::string WriteProgram(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(dir_.File(name)).parent_path());
    const std::string file = dir_.Write(name, "#!/bin/sh\n" + text + "\n");
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }

  // A PATH where these few are found, and what the test put into `tools` before.
  std::string PathOf(const std::vector<std::string>& names) const {
    const std::string tools = dir_.File("tools");
    fs::create_directories(tools);
    for (const std::string& name : names)
      fs::create_symlink("/usr/bin/" + name, tools + "/" + name);
    return tools;
  }

  // PATH, where the tool `name` does this.
  std::string PathWith(const std::string& name, const std::string& text) const {
    WriteProgram("tools/" + name, text);
    return dir_.File("tools") + ":" + std::getenv("PATH");
  }

  // A build whose program `name` does this, or is missing.
  std::string BuildWith(const std::string& name, const std::string& text = "") const {
    fs::create_directories(dir_.File("build/bin"));
    for (const auto& entry : fs::directory_iterator(Binary(""))) {
      if (entry.path().filename() == name) continue;
      fs::create_symlink(entry.path(), fs::path(dir_.File("build/bin")) / entry.path().filename());
    }
    if (!text.empty()) WriteProgram("build/bin/" + name, text);
    return dir_.File("build");
  }

  TempDir dir_;
  const std::string data_ = dir_.File("data");
  const Ports ports_{kMetricsOffset};
  const int base_ = ports_.first();
  std::optional<Script> script_;
};

TEST_F(RunScriptTest, ATakenPortIsNamed) {
  const std::vector<std::pair<int, std::string>> ports = {
      {1, "registration"}, {5, "inbox"}, {2001, "registration metrics"}, {2005, "inbox metrics"}};
  for (const auto& [offset, owner] : ports) {
    const Listener listener(base_ + offset);
    const std::string port = std::to_string(base_ + offset) + " (" + owner + ")";
    EXPECT_THAT(Refusal(), AllOf(HasSubstr("port " + port), HasSubstr("set BAODAO_PORT_BASE")));
  }
  EXPECT_FALSE(fs::exists(data_ + "/log/redis.log"));
}

// A leading zero used to make it octal, and what no integer can hold was let through.
TEST_F(RunScriptTest, APortBaseThatIsNoneIsSaid) {
  for (const char* base : {"here", "80", "63001", "07100", "99999999999999999999", "-7100"}) {
    EXPECT_THAT(Refusal({{"BAODAO_PORT_BASE", base}}),
                AllOf(HasSubstr("BAODAO_PORT_BASE"), HasSubstr("'" + std::string(base) + "'")));
  }
}

TEST_F(RunScriptTest, AFullDiskIsSaid) {
  const std::string little =
      "echo Filesystem 1024-blocks Used Available Capacity Mounted on\n"
      "echo /dev/sda1 1000000 737857 262143 74% /";
  EXPECT_THAT(Refusal({{"PATH", PathWith("df", little)}}),
              AllOf(HasSubstr("256 MiB"), HasSubstr(data_)));
  EXPECT_FALSE(fs::exists(data_ + "/log/redis.log"));
}

TEST_F(RunScriptTest, AnOldRedisIsSaid) {
  const std::string version = "Redis server v=6.2.0 sha=00000000:0 malloc=jemalloc-5.1.0 bits=64";
  EXPECT_THAT(Refusal({{"PATH", PathWith("redis-server", "echo '" + version + "'")}}),
              AllOf(HasSubstr("redis-server 7 or newer"), HasSubstr(version)));
}

// Without redis-cli it used to wait for its Redis for ever.
TEST_F(RunScriptTest, AMissingPackageIsNamed) {
  const std::string few = PathOf({"bash", "dirname", "realpath"});
  EXPECT_THAT(Refusal({{"PATH", few}}),
              AllOf(HasSubstr("redis-server is missing"), HasSubstr("ops/dev/setup.sh")));
  WriteProgram("tools/redis-server", "echo Redis server v=7.2.0 sha=0");
  EXPECT_THAT(Refusal({{"PATH", few}}),
              AllOf(HasSubstr("redis-cli is missing"), HasSubstr("ops/dev/setup.sh")));
}

TEST_F(RunScriptTest, AMissingProgramIsNamed) {
  EXPECT_THAT(Refusal({{"BUILD", BuildWith("matching")}}),
              AllOf(HasSubstr("bin/matching is missing"), HasSubstr("make build")));
}

TEST_F(RunScriptTest, ADirectoryThatCannotBeIsNamed) {
  const std::string below_a_file = dir_.Write("file", "") + "/var";
  EXPECT_THAT(Refusal({{"BAODAO_DIR", below_a_file}}), HasSubstr("cannot create " + below_a_file));
  const std::string too_long = dir_.File(std::string(80, 'x'));
  EXPECT_THAT(Refusal({{"BAODAO_DIR", too_long}}),
              AllOf(HasSubstr("BAODAO_DIR is too long"), HasSubstr(too_long)));
}

// Characters used to be counted, and three bytes go into one of these.
TEST_F(RunScriptTest, ALongPathIsCountedInBytes) {
  std::string name;
  for (int i = 0; i < 15; ++i) name += "报到";
  EXPECT_THAT(Refusal({{"BAODAO_DIR", dir_.File(name)}, {"LC_ALL", "C.UTF-8"}}),
              HasSubstr("BAODAO_DIR is too long"));
}

TEST_F(RunScriptTest, AreasThatCannotBeReadAreNamed) {
  EXPECT_THAT(Refusal({{"BAODAO_AREAS", dir_.File("none.csv")}}),
              HasSubstr("cannot read " + dir_.File("none.csv")));
  EXPECT_FALSE(fs::exists(data_ + "/log/redis.log"));
}

registration::v1::Area Community(asio::io_context& loop, demo::World& world) {
  registration::v1::GetAreaRequest request;
  request.set_code(kArea);
  return Run(loop, demo::Must(world.backend.areas, &client::Areas::GetArea, world.OperatorToken(),
                              request));
}

TEST_F(RunScriptTest, ASecondInstanceLeavesTheFirstAlone) {
  Start();
  ASSERT_TRUE(Serves()) << script_->Log();
  const auto another =
      AllOf(HasSubstr("another instance runs in " + data_), HasSubstr("set BAODAO_DIR"));
  const Ports elsewhere(kMetricsOffset);
  EXPECT_THAT(Refusal({{"BAODAO_PORT_BASE", std::to_string(elsewhere.first())}}), another);
  EXPECT_THAT(Refusal(), another);

  asio::io_context loop;
  const auto world = WorldAt(loop, base_, data_);
  EXPECT_EQ(Community(loop, *world).code(), kArea);
  EXPECT_TRUE(script_->Running());
}

// Both used to find nobody there, and the second Redis opened the files of the first.
TEST_F(RunScriptTest, OfTwoStartedAtOnceOneRuns) {
  Start();
  Script other("ops/dev/run.sh", With({}));
  ASSERT_TRUE(Until([&] { return !script_->Running() || !other.Running(); }));
  Script& refused = script_->Running() ? other : *script_;
  Script& runs = script_->Running() ? *script_ : other;
  EXPECT_EQ(refused.ExitCode(), 1);
  EXPECT_EQ(refused.Log(),
            "run: another instance runs in " + data_ + "; stop it or set BAODAO_DIR\n");
  EXPECT_TRUE(Until(
      [&] { return runs.Log().find("Ctrl-C stops.\n") != std::string::npos || !runs.Running(); }));
  EXPECT_TRUE(runs.Running()) << runs.Log();
}

registration::v1::Registration ReportTo(asio::io_context& loop, demo::World& world,
                                        const demo::Actor& actor) {
  registration::v1::CreateRegistrationRequest report;
  report.set_request_id(world.RequestId());
  report.set_area_code(kArea);
  report.set_note("周末有空");
  return Run(loop, demo::Must(world.backend.registrations,
                              &client::Registrations::CreateRegistration, actor.token, report));
}

registration::v1::Registration Reported(asio::io_context& loop, demo::World& world,
                                        const demo::Actor& actor, const std::string& id) {
  registration::v1::GetRegistrationRequest request;
  request.set_registration_id(id);
  return Run(loop, demo::Must(world.backend.registrations, &client::Registrations::GetRegistration,
                              actor.token, request));
}

registration::v1::Person Self(asio::io_context& loop, demo::World& world,
                              const demo::Actor& actor) {
  registration::v1::GetPersonRequest request;
  request.set_person_id(actor.person_id);
  return Run(loop,
             demo::Must(world.backend.people, &client::People::GetPerson, actor.token, request));
}

TEST_F(RunScriptTest, AfterCtrlCTheNextStartFindsEverythingAgain) {
  Start();
  ASSERT_TRUE(Serves()) << script_->Log();
  asio::io_context loop;
  demo::Actor volunteer;
  registration::v1::Registration reported;
  registration::v1::Person person;
  {
    const auto world = WorldAt(loop, base_, data_);
    volunteer.phone = demo::PhoneOf(*world, demo::Part::kPerson, 0);
    testing::Run(loop, world->LogIn(volunteer));
    reported = ReportTo(loop, *world, volunteer);
    person = Self(loop, *world, volunteer);
  }
  EXPECT_EQ(person.phone(), volunteer.phone);

  script_->Interrupt();
  EXPECT_EQ(script_->ExitCode(), 0) << script_->Log();
  ExpectNoRemains();
  for (const std::string_view service : config::kServices) {
    EXPECT_THAT(script_->Log(), ContainsRegex(std::string(service) + " +service.stopping"));
  }

  // The areas now come from the store, and yesterday's token still opens.
  Start({{"BAODAO_AREAS", ""}});
  ASSERT_TRUE(Serves()) << script_->Log();
  const auto world = WorldAt(loop, base_, data_);
  EXPECT_EQ(Community(loop, *world).code(), kArea);
  EXPECT_EQ(Self(loop, *world, volunteer).DebugString(), person.DebugString());
  EXPECT_EQ(Reported(loop, *world, volunteer, reported.registration_id()).DebugString(),
            reported.DebugString());
  script_->Interrupt();
  EXPECT_EQ(script_->ExitCode(), 0) << script_->Log();
  ExpectNoRemains();
}

// Ctrl-C reaches everybody in the terminal at once; this one asks Redis when it has drained.
TEST_F(RunScriptTest, RedisOutlivesThoseWhoDrain) {
  const std::string answer = dir_.File("answer");
  const std::string ask = "trap '' INT TERM; " + Binary("dispatch") +
                          " \"$@\"; code=$?; redis-cli -s \"$BAODAO_REDIS\" ping >" + answer +
                          " 2>&1; exit $code";
  Start({{"BUILD", BuildWith("dispatch", ask)}});
  ASSERT_TRUE(Serves()) << script_->Log();
  script_->Interrupt();
  EXPECT_EQ(script_->ExitCode(), 0) << script_->Log();
  std::string said;
  std::getline(std::ifstream(answer), said);
  EXPECT_EQ(said, "PONG");
  ExpectNoRemains();
}

// The wait for the services used to go on for a minute.
TEST_F(RunScriptTest, CtrlCBeforeAllServesStopsTooAndLeavesNobody) {
  const std::string never = "[ \"$1\" = --print-config ] || exec sleep 1000";
  Start({{"BUILD", BuildWith("registration", never)}});
  ASSERT_TRUE(Until([this] { return fs::exists(data_ + "/log/health.log"); })) << script_->Log();
  script_->Interrupt();
  EXPECT_EQ(script_->ExitCode(), 0) << script_->Log();
  ExpectNoRemains();
}

TEST_F(RunScriptTest, APartThatEndsEndsTheWholeAndIsNamed) {
  const std::string pid_file = dir_.File("pid");
  Start({{"BUILD",
          BuildWith("inbox", "echo $$ >" + pid_file + "; exec " + Binary("inbox") + " \"$@\"")}});
  ASSERT_TRUE(Serves()) << script_->Log();
  pid_t inbox = 0;
  ASSERT_TRUE(std::ifstream(pid_file) >> inbox);
  kill(inbox, SIGKILL);
  EXPECT_EQ(script_->ExitCode(), 1);
  EXPECT_TRUE(Says("run: inbox ended: ")) << script_->Log();
  ExpectNoRemains();
}

}  // namespace
}  // namespace baodao::testing
