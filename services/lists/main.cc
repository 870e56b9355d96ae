// lists: needs, resources, projects and the links between them.
#include "common/service/main.h"

#include <memory>
#include <string>

#include "common/areas/feed.h"
#include "common/timers/timer_loop.h"
#include "common/work/settings.h"
#include "services/lists/app/bookings.h"
#include "services/lists/rpc/services.h"
#include "services/lists/store/keys.h"
#include "services/lists/workers/follower.h"

namespace baodao::lists {
namespace {

// A publication left behind is looked after again this soon.
timers::Options TimerOptions() {
  timers::Options options;
  options.lease = Millis(15'000);
  return options;
}

// Everything of one process, in the order it is needed.
struct ListsService final : service::Service {
  ListsService(service::Runtime& runtime, service::Host& host)
      : areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        peers(NewPeers(runtime.ChannelTo("dispatch"), runtime.ChannelTo("registration"))),
        archive(record::NewArchive(runtime.ChannelTo("records"))),
        records(
            runtime.store, runtime.clock, runtime.key_ring, [this] { return areas.tree(); },
            runtime.metrics),
        app{records,
            runtime.clock,
            runtime.key_ring,
            *peers,
            work::LimitsOf(runtime.config),
            runtime.config.Str("privacy_version")},
        publications(app),
        services(app, publications),
        follower(app, publications),
        timers(runtime.store, runtime.clock, TimerOptions()) {
    records.SetRetirement({archive.get(), record::KeepTimesOf(runtime.config)});
    AddRecords(app);
    timers.Register(std::string(kPublishTimer),
                    [this](const timers::Timer& timer) { return publications.Resume(timer.id); });
    timers.Register(std::string(kEndBookingsTimer),
                    [this](const timers::Timer& timer) { return EndBookings(app, timer.id); });
    timers.Register(std::string(record::kDeadlineTimer),
                    [this](const timers::Timer& timer) { return records.OnDeadline(timer); });
    host.Areas(areas);
    host.Follow([this](const events::Delivery& delivery) { return follower.OnEvent(delivery); });
    host.Timers(timers);
    services.Register(runtime.router);
    runtime.access = records.Access();
  }

  Task<absl::Status> Load() override {
    co_await areas.Load();
    co_return absl::OkStatus();
  }

  areas::AreaTreeFeed areas;
  std::unique_ptr<Peers> peers;
  std::unique_ptr<record::Archive> archive;
  record::Repository records;
  App app;
  Publications publications;
  Services services;
  Follower follower;
  timers::TimerLoop timers;
};

}  // namespace
}  // namespace baodao::lists

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "lists";
  program.about = "Needs, resources and projects of Baodao, and the links between them.";
  program.port = 7102;
  program.make = baodao::service::Make<baodao::lists::ListsService>;
  return baodao::service::Main(program, argc, argv);
}
