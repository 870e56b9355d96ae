#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "common/testing/temp_dir.h"

namespace baodao::config {
namespace {

using baodao::testing::TempDir;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Row> Rows() {
  std::vector<Row> rows = ServiceRows(7103);
  rows.push_back(
      {"offer_ttl", Type::kDuration, "15m", "How long an offer stands.", false, Between(1, 86400)});
  rows.push_back({"waitlist_max", Type::kInt, "50", "Places.", false, Between(0, 1000)});
  rows.push_back({"audit", Type::kBool, "true", "Whether to audit."});
  return rows;
}

Outcome Read(std::vector<std::string> flags, std::map<std::string, std::string> environment = {}) {
  return Load("dispatch", "Tasks.", Rows(), {std::move(flags), std::move(environment)});
}

void ExpectError(const Outcome& outcome, const std::string& part) {
  EXPECT_TRUE(outcome.exit);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.text, HasSubstr(part));
  EXPECT_THAT(outcome.text, ::testing::StartsWith("dispatch: "));
  EXPECT_THAT(outcome.text, Not(HasSubstr("\n")));
}

// Where --print-config says that the value of `row` came from.
std::string SourceOf(const Outcome& outcome, const std::string& row) {
  std::istringstream lines(outcome.config.Print());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(row + " = ")) return line.substr(line.find(" # ") + 3);
  }
  return "";
}

// A network was taken and then never matched.
TEST(Load, TrustedProxiesAreAddresses) {
  ExpectError(Read({"--trusted_proxies", "127.0.0.1,10.0.0.0/8"}),
              "10.0.0.0/8 is not an IP address");
}

// With one of the three missing it served plaintext, or could call nobody; later it was said only
// by a service that ended.
TEST(Load, TlsIsAllThreeOrNone) {
  for (int set = 1; set < 7; ++set) {
    const auto some = [&](int bit) { return set & bit ? "/tls/file.pem" : ""; };
    ExpectError(Read({"--tls_cert", some(1), "--tls_key", some(2), "--tls_ca", some(4)}),
                "tls_cert, tls_key and tls_ca must be set together");
  }
  EXPECT_FALSE(Read({"--tls_cert", "a", "--tls_key", "b", "--tls_ca", "c"}).exit);
}

TEST(Load, DefaultsAlone) {
  const Outcome outcome = Read({});
  ASSERT_FALSE(outcome.exit) << outcome.text;
  EXPECT_EQ(outcome.config.Str("listen"), "127.0.0.1:7103");
  EXPECT_EQ(outcome.config.Str("metrics_listen"), "127.0.0.1:9103");
  EXPECT_EQ(outcome.config.Int("shards"), 0);
  EXPECT_EQ(outcome.config.Int("max_message"), 4 << 20);
  EXPECT_EQ(outcome.config.Double("rate_person"), 50);
  EXPECT_EQ(outcome.config.Duration("offer_ttl"), seconds(900));
  EXPECT_TRUE(outcome.config.Bool("audit"));
  EXPECT_THAT(outcome.config.List("redis"), ElementsAre("127.0.0.1:6379"));
  EXPECT_EQ(SourceOf(outcome, "listen"), "default");
}

TEST(Load, LaterSourcesWin) {
  const TempDir dir;
  const std::string file = dir.Write("c.toml",
                                     "offer_ttl = \"1m\"\nshards = 4\nwaitlist_max = 1\n"
                                     "log_level = \"warn\"\n");
  const Outcome outcome = Read({"--config", file, "--offer-ttl=3m"},
                               {{"BAODAO_OFFER_TTL", "2m"}, {"BAODAO_SHARDS", "8"}});
  ASSERT_FALSE(outcome.exit) << outcome.text;
  EXPECT_EQ(outcome.config.Duration("offer_ttl"), seconds(180));
  EXPECT_EQ(SourceOf(outcome, "offer_ttl"), "flag");
  EXPECT_EQ(outcome.config.Int("shards"), 8);
  EXPECT_EQ(SourceOf(outcome, "shards"), "environment");
  EXPECT_EQ(outcome.config.Int("waitlist_max"), 1);
  EXPECT_EQ(SourceOf(outcome, "waitlist_max"), "file " + file);
}

TEST(Load, ProgramsShareFilesAndEnvironments) {
  const TempDir dir;
  const std::string file = dir.Write("c.toml",
                                     "log_level = \"warn\"\n[dispatch]\nlog_level = \"debug\"\n"
                                     "offer_ttl = \"1m\"\n[matching]\nbatch = 7\n");
  const Outcome outcome = Read({}, {{"BAODAO_CONFIG", file},
                                    {"BAODAO_DISPATCH_WAITLIST_MAX", "3"},
                                    {"BAODAO_WAITLIST_MAX", "2"},
                                    {"BAODAO_MATCHING_BATCH", "9"},
                                    {"BAODAO_DIR", "var"},
                                    {"BAODAO_TEST_SEED", "1"},
                                    {"PATH", "/bin"}});
  ASSERT_FALSE(outcome.exit) << outcome.text;
  EXPECT_EQ(outcome.config.Str("log_level"), "debug");
  EXPECT_EQ(outcome.config.Duration("offer_ttl"), seconds(60));
  EXPECT_EQ(outcome.config.Int("waitlist_max"), 3);
}

TEST(Load, FileTypes) {
  const TempDir dir;
  const std::string file = dir.Write("c.toml",
                                     "redis = [\"a:1\", \"b:2\"]\naudit = false\n"
                                     "rate_person = 7\nmax_message = \"64KiB\"\n");
  const Outcome outcome = Read({"--config=" + file});
  ASSERT_FALSE(outcome.exit) << outcome.text;
  EXPECT_THAT(outcome.config.List("redis"), ElementsAre("a:1", "b:2"));
  EXPECT_FALSE(outcome.config.Bool("audit"));
  EXPECT_EQ(outcome.config.Double("rate_person"), 7);
  EXPECT_EQ(outcome.config.Int("max_message"), 65536);
}

TEST(Load, FlagSpellings) {
  EXPECT_FALSE(Read({"--no-audit"}).config.Bool("audit"));
  EXPECT_FALSE(Read({"--audit=false"}).config.Bool("audit"));
  EXPECT_TRUE(Read({"--audit"}, {{"BAODAO_AUDIT", "false"}}).config.Bool("audit"));
  EXPECT_EQ(Read({"--log_level=warn"}).config.Str("log_level"), "warn");
  EXPECT_EQ(Read({"--log-level", "warn"}).config.Str("log_level"), "warn");
  EXPECT_EQ(SourceOf(Read({"--redis-password="}), "redis_password"), "flag");
}

TEST(Load, UnknownKeysAreFatal) {
  const TempDir dir;
  ExpectError(Read({"--lisen=x"}), "unknown flag --lisen; did you mean --listen?");
  ExpectError(Read({"start"}), "unexpected argument start");
  ExpectError(Read({}, {{"BAODAO_OFER_TTL", "1m"}}),
              "unknown environment variable BAODAO_OFER_TTL; did you mean BAODAO_OFFER_TTL?");
  ExpectError(Read({}, {{"BAODAO_DISPATCH_NONSENSE", "1"}}), "BAODAO_DISPATCH_NONSENSE");
  const std::string top = dir.Write("top.toml", "\n\nredsi = \"a:1\"\n");
  ExpectError(Read({"--config", top}), top + ":3: unknown key redsi; did you mean redis?");
  const std::string own = dir.Write("own.toml", "[dispatch]\noffer_tl = \"1m\"\n");
  ExpectError(Read({"--config", own}), own + ":2: unknown key offer_tl; did you mean offer_ttl?");
  const std::string section = dir.Write("section.toml", "[dispach]\noffer_ttl = \"1m\"\n");
  ExpectError(Read({"--config", section}), "unknown section [dispach]");
}

TEST(Load, BadValuesAreFatalWhereverTheyStand) {
  const TempDir dir;
  ExpectError(
      Read({"--offer-ttl=soon"}),
      "flag --offer-ttl: expected a duration such as 250ms, 30s, 5m, 2h or 7d, got \"soon\"");
  ExpectError(Read({"--offer-ttl=0s"}), "must be between 1 and 86400 seconds, got \"0s\"");
  ExpectError(Read({"--offer-ttl"}), "--offer-ttl");
  ExpectError(Read({"--offer-ttl=1m", "--offer-ttl=2m"}), "--offer-ttl");
  ExpectError(Read({}, {{"BAODAO_SHARDS", "1025"}}), "environment BAODAO_SHARDS: must be between");
  ExpectError(Read({"--log-level=loud"}), "must be one of: debug, info, warn, error");
  const std::string type = dir.Write("type.toml", "listen = 7101\n");
  ExpectError(Read({"--config", type}), type + ":1: listen: expected a string in quotes");
  const std::string syntax = dir.Write("syntax.toml", "a = 1\nlisten = \n");
  ExpectError(Read({"--config", syntax}), syntax + ":2: ");
  ExpectError(Read({"--config", dir.File("none.toml")}), "none.toml: cannot be read");
}

TEST(Load, SecretsAreNeverPrinted) {
  const Outcome outcome = Read({"--print-config"}, {{"BAODAO_REDIS_PASSWORD", "hunter2"}});
  EXPECT_TRUE(outcome.exit);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("redis_password = '***'"));
  EXPECT_THAT(outcome.text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(Read({"--print-config"}).text, HasSubstr("redis_password = ''"));
}

TEST(PrintConfig, CanBeReadBack) {
  const TempDir dir;
  const Outcome first = Read({"--print-config", "--offer-ttl=7m", "--redis=a:1,b:2",
                              "--keys-dir=/a \"b\"/c", "--no-audit", "--rate-person=2.5"});
  const std::string file = dir.Write("printed.toml", first.text);
  const Outcome second = Read({"--config", file});
  ASSERT_FALSE(second.exit) << second.text;
  EXPECT_EQ(second.config.Duration("offer_ttl"), seconds(420));
  EXPECT_THAT(second.config.List("redis"), ElementsAre("a:1", "b:2"));
  EXPECT_EQ(second.config.Str("keys_dir"), "/a \"b\"/c");
  EXPECT_FALSE(second.config.Bool("audit"));
  EXPECT_EQ(second.config.Double("rate_person"), 2.5);
}

TEST(Help, NamesEveryRow) {
  const Outcome outcome = Read({"--help"});
  EXPECT_TRUE(outcome.exit);
  EXPECT_EQ(outcome.exit_code, 0);
  for (const Row& row : Rows()) {
    std::string flag = "--" + row.name;
    std::ranges::replace(flag, '_', '-');
    EXPECT_THAT(outcome.text, HasSubstr(flag));
  }
  EXPECT_THAT(outcome.text, HasSubstr("[15m]"));
  EXPECT_THAT(Read({"--version"}).text, ::testing::StartsWith("dispatch "));
}

TEST(ConfigDeathTest, ReadingWithoutARowIsAMistake) {
  const Outcome outcome = Read({});
  EXPECT_DEATH(outcome.config.Str("no_such_row"), "no_such_row");
}

}  // namespace
}  // namespace baodao::config
