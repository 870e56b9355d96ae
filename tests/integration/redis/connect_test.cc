// Making a client: authentication, versions, addresses.
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "tests/integration/redis/fixture.h"

namespace baodao::redis {
namespace {

using asio::ip::tcp;

class ConnectTest : public RedisTest {
 protected:
  absl::Status Try(Config config) { return Await(Connect(loop_, std::move(config))).status(); }
};

// Answers whatever is sent to it with the same bytes.
class Parrot {
 public:
  Parrot(asio::io_context& loop, std::string answer)
      : acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    asio::co_spawn(loop, Accept(&acceptor_, std::move(answer)), asio::detached);
  }
  Config config() const {
    Config config;
    config.port = acceptor_.local_endpoint().port();
    config.connect_timeout = Millis(300);
    return config;
  }

 private:
  static Task<void> Accept(tcp::acceptor* acceptor, std::string answer) {
    while (true) {
      tcp::socket socket(acceptor->get_executor());
      co_await acceptor->async_accept(socket, kAwait);
      char bytes[1024];
      co_await socket.async_read_some(asio::buffer(bytes), kAwait);
      if (!answer.empty()) co_await asio::async_write(socket, asio::buffer(answer), kAwait);
      asio::error_code error;
      while (!error) {
        co_await socket.async_read_some(asio::buffer(bytes), asio::redirect_error(kAwait, error));
      }
    }
  }
  tcp::acceptor acceptor_;
};

TEST_F(ConnectTest, OldServersAreRefusedWithTheirVersion) {
  const Parrot old(loop_,
                   "*6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n6.2.14\r\n"
                   "$4\r\nrole\r\n$6\r\nmaster\r\n+PONG\r\n");
  const absl::Status status = Try(old.config());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "Redis 7 or newer is needed, found 6.2.14");
}

TEST_F(ConnectTest, VeryOldServersDoNotKnowTheGreeting) {
  const Parrot old(loop_,
                   "-ERR unknown command `HELLO`, with args beginning with: `2`, \r\n+PONG\r\n");
  const absl::Status status = Try(old.config());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "Redis 7 or newer is needed, found 5 or older");
}

TEST_F(ConnectTest, OtherProtocolsAndSilenceAreUnavailable) {
  const Parrot http(loop_, "HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_TRUE(absl::IsUnavailable(Try(http.config())));
  const Parrot silent(loop_, "");
  const auto start = Clocking::now();
  EXPECT_TRUE(absl::IsUnavailable(Try(silent.config())));
  EXPECT_GE(Clocking::now() - start, Millis(200));
  EXPECT_LT(Clocking::now() - start, std::chrono::seconds(10));
}

TEST_F(ConnectTest, ASilentNodeDoesNotKeepTheOthersFromBeingTried) {
  const RedisServer server(Fast());
  const Parrot silent(loop_, "");
  Config config = silent.config();
  config.connect_timeout = std::chrono::seconds(2);
  config.more_nodes.push_back(Endpoint{"127.0.0.1", server.port()});
  EXPECT_THAT(Await(Connected(config)->Call(Command::Any("PING"))), testing::IsOk());
}

TEST_F(ConnectTest, NobodyThereIsUnavailable) {
  Config config;
  {
    const RedisServer gone(Fast());
    config = gone.config();
  }
  config.connect_timeout = Millis(200);
  const absl::Status status = Try(config);
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_NE(status.message().find("refused"), absl::string_view::npos) << status;
  config.host = "no-such-host.invalid";
  EXPECT_TRUE(absl::IsUnavailable(Try(config)));
}

TEST_F(ConnectTest, PasswordsAndUsers) {
  RedisOptions options = Fast();
  options.password = "open sesame";
  const RedisServer server(options);
  EXPECT_THAT(Try(server.config()), testing::IsOk());

  Config config = server.config();
  config.password = "wrong";
  EXPECT_TRUE(absl::IsUnauthenticated(Try(config)));
  config.password = "";
  EXPECT_TRUE(absl::IsUnauthenticated(Try(config)));

  server.Do({"ACL", "SETUSER", "svc", "on", ">secret", "~baodao:*", "+get", "+set"});
  config.username = "svc";
  config.password = "secret";
  const auto client = Connected(config);  // without the right to PING
  EXPECT_THAT(Await(client->Call(Command::On("k", "SET", "baodao:k", 1))), testing::IsOk());
  const Result denied = Await(client->Call(Command::On("k", "DEL", "baodao:k")));
  EXPECT_TRUE(absl::IsPermissionDenied(denied.status())) << denied.status();
}

TEST_F(ConnectTest, DatabasesAndNames) {
  const RedisServer server(Fast());
  Config config = server.config();
  config.database = 3;
  config.name = "baodao-test";
  const auto third = Connected(config);
  EXPECT_THAT(Await(third->Call(Command::On("k", "SET", "k", "three"))), testing::IsOk());
  EXPECT_EQ(TextOf(Await(third->Call(Command::Any("CLIENT", "GETNAME")))), "baodao-test");
  EXPECT_TRUE(server.Do({"GET", "k"}).IsNil());
  config.database = 99;
  EXPECT_EQ(Try(config).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ConnectTest, UnixSocketsAndHostNames) {
  const baodao::testing::TempDir dir;
  const std::string path = dir.File("redis.sock");
  RedisOptions options = Fast();
  options.extra = {"--unixsocket", path};
  const RedisServer server(options);
  Config config;
  config.host = "";
  config.port = 0;
  config.unix_path = path;
  const auto local = Connected(config);
  EXPECT_THAT(Await(local->Call(Command::On("k", "SET", "k", "v"))), testing::IsOk());
  config = server.config();
  config.host = "localhost";
  EXPECT_EQ(TextOf(Await(Connected(config)->Call(Command::On("k", "GET", "k")))), "v");
}

TEST_F(ConnectTest, AReplicaIsNotTakenForThePrimary) {
  RedisOptions options = Fast();
  options.extra = {"--repl-diskless-sync-delay", "0"};
  const RedisServer primary(options);
  options.extra = {"--replicaof", "127.0.0.1", std::to_string(primary.port())};
  const RedisServer replica(options);
  Until([&] {
    return replica.Do({"INFO", "replication"}).text.find("link_status:up") != std::string::npos;
  });
  Config config = replica.config();
  config.connect_timeout = Millis(200);
  EXPECT_TRUE(absl::IsUnavailable(Try(config)));
  config.more_nodes.push_back(Endpoint{"127.0.0.1", primary.port()});
  config.connect_timeout = std::chrono::seconds(10);
  const auto client = Connected(config);
  EXPECT_THAT(Await(client->Call(Command::On("k", "SET", "k", "v"))), testing::IsOk());
}

// A primary that becomes a replica sends its clients to look for the new one.
TEST_F(ConnectTest, ADemotedPrimaryIsLeft) {
  const RedisServer first(Fast());
  const RedisServer second(Fast());
  Config config = first.config();
  config.more_nodes.push_back(Endpoint{"127.0.0.1", second.port()});
  config.outage_grace = std::chrono::seconds(20);
  const auto client = Connected(config);
  first.Do({"REPLICAOF", "127.0.0.1", std::to_string(second.port())});
  const Result refused = Await(client->Call(Command::On("k", "SET", "k", "v")));
  EXPECT_TRUE(HasErrorWord(refused.status(), "READONLY")) << refused.status();
  EXPECT_THAT(Await(client->Call(Command::On("k", "SET", "k", "v"))), testing::IsOk());
  EXPECT_EQ(second.Do({"GET", "k"}).text, "v");
}

TEST_F(ConnectTest, ImpossibleConfigsAreRefused) {
  Config config;
  config.host = "";
  EXPECT_EQ(Try(config).code(), absl::StatusCode::kInvalidArgument);
  config = Config();
  config.port = 0;
  EXPECT_EQ(Try(config).code(), absl::StatusCode::kInvalidArgument);
  config = Config();
  config.database = -1;
  EXPECT_EQ(Try(config).code(), absl::StatusCode::kInvalidArgument);
  config = Config();
  config.name = "two words";
  EXPECT_EQ(Try(config).code(), absl::StatusCode::kInvalidArgument);
  config = Config();
  config.username = "svc";
  EXPECT_EQ(Try(config).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace baodao::redis
