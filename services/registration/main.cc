// registration: areas, units, people, registrations (报到), sessions.
#include "common/service/main.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/service/startup.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "common/webhook/sender.h"
#include "services/registration/app/obligations.h"
#include "services/registration/app/privacy_terms.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

std::vector<config::Row> LoginRows() {
  using config::Type;
  return {
      {"codes_file", Type::kString, "",
       "File that login codes are appended to instead of being sent, for local use."},
      {"sms_url", Type::kString, "",
       "Where login codes are posted: the address of an SMS gateway. Empty, and no codes_file: "
       "nobody can log in.",
       false, webhook::Url()},
      {"sms_secret", Type::kString, "",
       "What they are signed with: whsec_ and the base64 of 24 to 64 bytes.", true,
       webhook::Secret()},
      {"sms_template", Type::kString, "", "The template of login codes at the provider."},
      {"sms_text", Type::kString, "【报到】验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。",
       "The text of login codes, for providers that take texts."},
      {"sms_timeout", Type::kDuration, "5s", "How long handing over a code takes at most.", false,
       config::Between(0.001, 30)},
      {"login_code_interval", Type::kDuration, "60s",
       "Between two login codes of one phone for one address, or for one device it has signed in "
       "with.",
       false, config::Between(0.001, 86400)},
      {"login_codes_per_day", Type::kInt, "10",
       "Login codes of one phone in 24 hours, half of them for one address; each device it has "
       "signed in with has as many of its own, and then these.",
       false, config::Between(1, 1e6)},
      {"login_address_per_hour", Type::kInt, "600",
       "Code requests and logins of one network address (see trusted_proxies) in an hour; loopback "
       "is not counted.",
       false, config::Between(1, 1e9)},
      {"login_rate", Type::kDouble, "200",
       "Code requests a second, logins a second and refreshes a second of one address that reaches "
       "this process; 0: no limit.",
       false, config::Between(0, 1e6)},
  };
}

std::vector<config::Row> Rows() {
  std::vector<config::Row> rows = LoginRows();
  for (config::Row& row : PrivacyRows()) rows.push_back(std::move(row));
  return rows;
}

LoginLimits LimitsOf(const config::Config& config) {
  LoginLimits limits;
  limits.code_interval = config.Duration("login_code_interval");
  limits.codes_per_day = static_cast<int>(config.Int("login_codes_per_day"));
  limits.address_per_hour = static_cast<int>(config.Int("login_address_per_hour"));
  return limits;
}

// At a time; a rush of logins is spread by the limits of login.
constexpr int kSmsAtOnce = 32;

std::unique_ptr<CodeSender> SenderOf(const config::Config& config, webhook::Sender* sms,
                                     Clock& clock) {
  if (sms != nullptr) {
    SmsTemplate text{config.Str("sms_template"), config.Str("sms_text")};
    return std::make_unique<SmsCodeSender>(*sms, clock, std::move(text));
  }
  const std::string& file = config.Str("codes_file");
  if (file.empty()) return std::make_unique<NoCodeSender>();
  return std::make_unique<FileCodeSender>(file);
}

// Codes that were meant for phones would go to a file.
absl::Status CheckCodes(const config::Config& config) {
  if (config.Str("sms_url").empty() || config.Str("codes_file").empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("codes_file and sms_url cannot both be set");
}

// Everything of one process, in the order it is needed.
struct RegistrationService final : service::Service {
  RegistrationService(service::Runtime& runtime, service::Host& host)
      : clock(runtime.clock),
        areas(runtime.store, runtime.clock),
        metrics(runtime.metrics),
        config(runtime.config),
        sms(webhook::FromConfig(runtime.loop, config, "sms", kSmsAtOnce)),
        privacy(PrivacyTermsOf(config)),
        sender(SenderOf(config, sms.ok() ? sms->get() : nullptr, runtime.clock)),
        archive(record::NewArchive(runtime.ChannelTo("records"))),
        records(
            runtime.store, runtime.clock, runtime.key_ring, [this] { return areas.tree(); },
            runtime.metrics, [this] { return areas.Newest(); }),
        app{records,
            runtime.clock,
            RegistrationKeys(runtime.store.keys()),
            Vault(runtime.key_ring),
            areas,
            runtime.signer,
            *sender,
            metrics,
            LimitsOf(runtime.config),
            ObligationsElsewhere(runtime.ChannelTo("dispatch"), runtime.ChannelTo("lists")),
            privacy.value_or(v1::PrivacyTerms())},
        handlers(app),
        timers(runtime.store, runtime.clock) {
    records.SetRetirement({archive.get(), record::KeepTimesOf(runtime.config)});
    AddRecords(app);
    timers.Register(std::string(record::kDeadlineTimer),
                    [this](const timers::Timer& timer) { return records.OnDeadline(timer); });
    host.Areas(areas.feed());
    host.Tail("registration", *this);
    host.Timers(timers);
    handlers.Register(runtime.router);
    runtime.access = records.Access();
    LimitLogins(runtime.config.Double("login_rate"), &runtime.rate_limits);
    LimitWrites(&runtime.rate_limits);
  }

  Task<absl::Status> Load() override {
    CO_RETURN_IF_ERROR(sms.status());
    CO_RETURN_IF_ERROR(CheckCodes(config));
    CO_RETURN_IF_ERROR(privacy.status());
    std::function<Task<absl::Status>()> read = [this] { return areas.feed().Refresh(); };
    CO_RETURN_IF_ERROR(co_await service::UntilReachable(clock, "areas", std::move(read)));
    CountAreas();
    co_return absl::OkStatus();
  }

  // Behind the feed of areas.
  Task<absl::Status> OnEvent(const events::Delivery&) {
    CountAreas();
    co_return absl::OkStatus();
  }
  Task<void> OnGap(std::string, int) {
    CountAreas();
    co_return;
  }
  void CountAreas() { metrics.Areas(areas.tree()->size()); }

  Clock& clock;
  AreaBook areas;
  Metrics metrics;
  const config::Config& config;
  absl::StatusOr<std::unique_ptr<webhook::Sender>> sms;
  absl::StatusOr<v1::PrivacyTerms> privacy;
  std::unique_ptr<CodeSender> sender;
  std::unique_ptr<record::Archive> archive;
  record::Repository records;
  App app;
  Handlers handlers;
  timers::TimerLoop timers;
};

}  // namespace
}  // namespace baodao::registration

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "registration";
  program.about = "Areas, units, people, registrations (报到) and sessions of Baodao.";
  program.port = 7101;
  program.rows = baodao::registration::Rows();
  program.make = baodao::service::Make<baodao::registration::RegistrationService>;
  return baodao::service::Main(program, argc, argv);
}
