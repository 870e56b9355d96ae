// Follows registration: with an account ends its calendar feed, and where somebody's standing ends
// (suspended, withdrawn, moved away, run out, a credential or a category revoked, a block), what
// they were given because of it ends too.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/events/consumer.h"
#include "common/timers/timer_loop.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

inline constexpr std::string_view kStandingTimer = "standing";
inline constexpr std::string_view kProfileTimer = "profile";

// Every step is judged on the profile and the task as they are then: an event that comes late or
// twice does no harm.
class Standings {
 public:
  // `app` outlives it and the loop it registers with.
  explicit Standings(App& app) : app_(app) {}

  void Register(timers::TimerLoop& loop);

  // For a consumer group over registration: each event is handled once in the deployment, and again
  // by another replica when this one dies over it.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  // The second look, half a minute after a loss (kStandingTimer) or a profile was narrowed
  // (kProfileTimer): a claim that was under way, or that a replica decided which had not heard of
  // it, stands by now.
  Task<absl::Status> LookAgain(timers::Timer timer);

 private:
  enum class Reach {
    kAccepted,    // what is on the person's calendar
    kEverything,  // and what they wait for or were offered: a read in every shard
  };
  // Until it is cleared after its second look. Each event has its own: none clears another's.
  Task<absl::Status> Arm(std::string_view kind, std::string person_id, std::string event_id);
  Task<absl::Status> OnLoss(std::string person_id, const events::Delivery& delivery);
  // Ends what a profile rules out: the person's own work, and that of people they keep apart from.
  Task<absl::Status> ReviewProfile(std::string person_id, rpc::CallOptions options);
  Task<absl::Status> Review(std::string person_id, Reach reach, rpc::CallOptions options);
  Task<absl::Status> Judge(std::string task_id, std::string person_id, rpc::CallOptions options);

  App& app_;
};

}  // namespace baodao::dispatch
