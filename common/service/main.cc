#include "common/service/main.h"

#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <utility>

#include "common/log/log.h"
#include "common/metrics/redis_metrics.h"
#include "common/metrics/server.h"
#include "common/rpc/diagnostics.h"
#include "common/rpc/server.h"
#include "common/service/key_watch.h"
#include "common/service/redis_config.h"
#include "common/service/secrets.h"
#include "common/service/self_test.h"
#include "common/service/session_feed.h"
#include "common/service/startup.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/redis_store.h"
#include "common/vocabulary/current.h"

namespace baodao::service {
namespace {

constexpr metrics::Spec kVocabulary{"baodao_vocabulary_info",
                                    metrics::Type::kGauge,
                                    "Always 1; the version of the vocabulary this process goes by.",
                                    {"version"}};

rpc::ServerOptions OptionsOf(const config::Config& config, Runtime& runtime,
                             auth::TokenVerifier& verifier,
                             const auth::EndedSessions& ended_sessions) {
  rpc::ServerOptions options;
  options.listen = config.Str("listen");
  options.tls = TlsOf(config);
  options.max_message_bytes = static_cast<size_t>(config.Int("max_message"));
  options.default_deadline = config.Duration("default_deadline");
  options.max_deadline = config.Duration("max_deadline");
  options.rate_limits = runtime.rate_limits;
  const double person = config.Double("rate_person");
  options.rate_limits.person = {person, 2 * person};
  const double anonymous = config.Double("rate_anonymous");
  options.rate_limits.anonymous = {anonymous, 2 * anonymous};
  if (!config.Bool("rate_limits")) {
    options.rate_limits.person = {};
    options.rate_limits.anonymous = {};
    options.rate_limits.writes = {};
    options.rate_limits.methods.clear();
  }
  options.trusted_proxies = config.List("trusted_proxies");
  options.access = runtime.access;
  options.verifier = &verifier;
  options.metrics = &runtime.metrics;
  options.clock = &runtime.clock;
  options.ended_sessions = &ended_sessions;
  return options;
}

absl::Status TakeVocabulary(const config::Config& config) {
  ASSIGN_OR_RETURN(vocabulary::Vocabulary all, vocabulary::Load(config.Str("vocabulary")));
  log::Info("vocabulary.taken", {{"version", all.version()}, {"tags", all.tags().size()}});
  vocabulary::Use(std::move(all));
  return absl::OkStatus();
}

}  // namespace

// One process from start to end. Members are destroyed in reverse: handlers and workers before what
// they use.
class Process {
 public:
  Process(const Program& program, const config::Config& config, Secrets secrets)
      : program_(program),
        config_(config),
        secrets_(std::move(secrets)),
        signer_(secrets_.tokens.signing),
        verifier_(std::move(secrets_.tokens.verifying)),
        token_(signer_, program.name),
        signals_(loop_, SIGINT, SIGTERM) {}

  int Run() {
    asio::co_spawn(loop_, Live(), [this](std::exception_ptr error) {
      if (error) Fail("the start failed with an exception");
    });
    // From the first moment on: a start may wait for others as long as it takes.
    signals_.async_wait([this](const asio::error_code& error, int) {
      if (!error) OnSignal();
    });
    loop_.run();
    return exit_code_;
  }

 private:
  void OnSignal() {
    log::Info("service.stopping", {});
    // Nothing is served yet, so there is nothing to drain.
    if (server_ == nullptr) std::_Exit(exit_code_);
    EndWait();
  }

  void Fail(std::string why) {
    log::Error("service.failed", {{"why", why}});
    exit_code_ = 1;
    if (server_ == nullptr) std::_Exit(exit_code_);  // a start that waits would not hear of it
    EndWait();
  }

  void EndWait() {
    stopping_ = true;
    stop_.cancel();
  }

  Task<void> Live() {
    const absl::Status started = co_await Start();
    if (!started.ok()) co_return Fail(std::string(started.message()));
    log::Info("service.serving", {{"listen", config_.Str("listen")}, {"port", server_->port()}});
    co_await WaitForEnd();
    co_await Stop();
    loop_.stop();
  }

  Task<absl::Status> Start() {
    metrics::AddBuildInfo(metrics_, program_.name);
    metrics_.GaugeOf(kVocabulary, {vocabulary::Current().version()})->Set(1);
    if (!config_.Str("metrics_listen").empty()) {
      CO_ASSIGN_OR_RETURN(exposer_,
                          metrics::Server::Start(config_.Str("metrics_listen"), metrics_));
    }
    std::function<Task<absl::Status>()> connect = [this] { return Connect(); };
    CO_RETURN_IF_ERROR(co_await UntilReachable(SystemClock(), "redis", std::move(connect)));
    std::function<Task<absl::Status>()> open = [this] { return OpenStore(); };
    CO_RETURN_IF_ERROR(co_await UntilReachable(SystemClock(), "redis", std::move(open)));
    runtime_.reset(new Runtime(loop_, config_, metrics_, *redis_, *store_, secrets_.ring, signer_,
                               router_, token_));
    runtime_->fatal_ = [this](std::string why) { Fail(std::move(why)); };
    runtime_->Spawn("redis-stats", SampleRedis());
    session_feed_ = std::make_unique<SessionFeed>(
        loop_, *redis_, SystemClock(), store_->shards(), ended_sessions_,
        [this](const std::string& id) { OnSessionEnded(id); });
    diagnostics_.Register(router_);
    host_ = std::make_unique<Host>(*runtime_);
    service_ = program_.make(*runtime_, *host_);
    CO_RETURN_IF_ERROR(co_await host_->Prepare());
    CO_RETURN_IF_ERROR(co_await service_->Load());
    host_->Run();
    co_await session_feed_->Load();
    runtime_->Spawn("sessions", session_feed_->Run());
    runtime_->OnStop([this] { session_feed_->Stop(); });
    runtime_->Spawn("keys", key_watch_.Run(SystemClock()));
    CO_ASSIGN_OR_RETURN(
        server_, rpc::Server::Start(loop_, router_,
                                    OptionsOf(config_, *runtime_, verifier_, ended_sessions_)));
    server_->SetServing(true);
    co_return absl::OkStatus();
  }

  // Ends the streams that were opened with the session.
  void OnSessionEnded(const std::string& id) {
    if (server_ == nullptr) return;
    server_->EndStreams([&id](const auth::Principal& caller) { return caller.session_id == id; },
                        Refuse(Reason::SESSION_ENDED));
  }

  // As what was opened with a token of a key that is gone.
  void OnKeysTaken() {
    if (server_ == nullptr) return;
    server_->EndStreams(
        [this](const auth::Principal& caller) {
          return !caller.key_id.empty() && verifier_.keys().Find(caller.key_id) == nullptr;
        },
        Refuse(Reason::TOKEN_INVALID));
  }

  Task<absl::Status> Connect() {
    CO_ASSIGN_OR_RETURN(redis::Config address, RedisConfigOf(config_, program_.name));
    CO_ASSIGN_OR_RETURN(redis_, co_await redis::Connect(loop_, address));
    redis_->SetObserver([this](std::string_view label, double seconds, bool ok) {
      redis_metrics_.Observe(label, seconds, ok);
    });
    co_return absl::OkStatus();
  }

  Task<absl::Status> OpenStore() {
    CO_ASSIGN_OR_RETURN(const int shards, co_await store::OpenShards(
                                              *redis_, static_cast<int>(config_.Int("shards"))));
    CO_RETURN_IF_ERROR(co_await store::CheckRing(*redis_, secrets_.ring));
    store::RedisStore::Options options;
    options.timeout = config_.Duration("redis_timeout");
    CO_ASSIGN_OR_RETURN(store_, co_await store::RedisStore::Open(
                                    loop_, *redis_, store::Keys(program_.name, shards), options));
    co_return absl::OkStatus();
  }

  Task<void> WaitForEnd() {
    asio::error_code cancelled;
    if (!stopping_) co_await stop_.async_wait(asio::redirect_error(kAwait, cancelled));
  }

  Task<void> SampleRedis() {
    while (true) {
      redis_metrics_.Sample(redis_->stats());
      co_await SystemClock().SleepFor(Millis(1000));
    }
  }

  Task<void> Stop() {
    co_await server_->Drain(config_.Duration("drain_grace"));
    co_await runtime_->Stop();
    co_await redis_->Close();
  }

  const Program& program_;
  const config::Config& config_;
  Secrets secrets_;
  asio::io_context loop_{1};
  metrics::Registry metrics_;
  metrics::RedisMetrics redis_metrics_{metrics_};
  std::unique_ptr<metrics::Server> exposer_;
  auth::Signer signer_;
  auth::TokenVerifier verifier_;
  auth::EndedSessions ended_sessions_;
  auth::ServiceToken token_;
  KeyWatch key_watch_{config_, verifier_, signer_, [this] { OnKeysTaken(); }};
  std::unique_ptr<redis::Client> redis_;
  std::unique_ptr<store::RedisStore> store_;
  rpc::Router router_;
  rpc::Diagnostics diagnostics_{
      [this](rpc::CallContext context, std::string request_id, std::string key) {
        return SelfTestCommit(*store_, SystemClock(), std::move(context), std::move(request_id),
                              std::move(key));
      }};
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<SessionFeed> session_feed_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<rpc::Server> server_;
  asio::signal_set signals_;
  asio::steady_timer stop_{loop_, asio::steady_timer::time_point::max()};
  bool stopping_ = false;
  int exit_code_ = 0;
};

int Main(const Program& program, int argc, char** argv) {
  std::vector<config::Row> rows = config::ServiceRows(program.port);
  rows.insert(rows.end(), program.rows.begin(), program.rows.end());
  const config::Config config = config::LoadOrExit(program.name, program.about, rows, argc, argv);
  log::Options options;
  options.level = log::LevelByName(config.Str("log_level"));
  options.format = log::FormatByName(config.Str("log_format"));
  options.service = program.name;
  log::Init(options);
  absl::StatusOr<Secrets> secrets = LoadSecrets(config);
  absl::Status ready = secrets.ok() ? CheckTls(config) : secrets.status();
  if (ready.ok()) ready = TakeVocabulary(config);
  if (!ready.ok()) {
    log::Error("service.failed", {{"why", std::string(ready.message())}});
    return 1;
  }
  return Process(program, config, *std::move(secrets)).Run();
}

}  // namespace baodao::service
