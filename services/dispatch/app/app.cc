#include "services/dispatch/app/app.h"

#include <utility>

#include "common/crypto/random.h"
#include "common/status/macros.h"
#include "services/dispatch/app/certificates.h"
#include "services/dispatch/app/complaints.h"
#include "services/dispatch/store/records.h"

namespace baodao::dispatch {

App::App(asio::io_context& loop, store::Store& store, Clock& clock, const crypto::KeyRing& ring,
         profiles::ProfileCache& profiles, Tree tree, metrics::Registry& registry,
         AppOptions options)
    : store(store),
      clock(clock),
      ring(ring),
      profiles(profiles),
      identities(options.identities),
      tree(std::move(tree)),
      relations{
          [this](std::string_view a, std::string_view b) { return this->tree()->Covers(a, b); },
          [this](std::string_view a, std::string_view b) { return this->profiles.Blocks(a, b); },
          [this](std::string_view code) {
            const std::shared_ptr<const areas::AreaTree> tree = this->tree();
            const areas::Area* const current = tree->CurrentOf(code);
            return current == nullptr ? std::string(code) : current->code();
          }},
      limits(options.limits),
      keys(store.keys()),
      records(store, clock, ring, this->tree, registry),
      tasks(loop, store, keys, clock, options.tasks),
      calendars(store, tasks, clock, limits,
                options.random ? options.random : Calendars::Random(crypto::RandomBits)),
      ledgers(store, keys, clock, std::move(options.ledgers)) {
  records.SetRetirement(options.tasks.retirement);
  records.Add(kComplaint,
              {.show = [this](const rpc::CallContext& context, v1::ComplaintRecord record) {
                return ShowComplaint(this->ring, context.caller(), std::move(record));
              }});
  AddCertificates(*this);
}

Task<absl::StatusOr<profiles::ProfilePtr>> ProfileFor(App& app, rpc::CallOptions options,
                                                      std::string person_id, v1::Task task) {
  CO_ASSIGN_OR_RETURN(profiles::ProfilePtr profile, co_await app.profiles.Get(options, person_id));
  if (!IsAboutProfile(CheckEligible(task, *profile, app.relations))) co_return profile;
  co_return co_await app.profiles.Newest(std::move(options), std::move(person_id));
}

Task<absl::Status> CheckStanding(App& app, rpc::CallOptions options, std::string person_id,
                                 v1::Task task) {
  CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                      co_await ProfileFor(app, std::move(options), std::move(person_id), task));
  absl::Status eligible = CheckEligible(task, *profile, app.relations);
  if (IsAboutProfile(eligible)) co_return eligible;
  co_return absl::OkStatus();
}

Task<void> RunAndRelease(App& app, std::string task_id, TaskCall& call) {
  co_await app.tasks.Run(task_id, call);
  if (call.effects.released.empty()) co_return;
  co_await app.calendars.ReleaseAll(std::move(task_id), std::move(call.effects.released));
}

}  // namespace baodao::dispatch
