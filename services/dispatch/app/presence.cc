#include "services/dispatch/app/presence.h"

#include <cstdio>

#include "common/areas/geo.h"
#include "common/crypto/random.h"
#include "common/crypto/sealed_message.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/geofence.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr Millis kTriesWindow = minutes(10);

std::string SealedAs(const std::string& task_id) { return "task:" + task_id + ":contact"; }

// Counted before it is looked at: many tries at once are as many as many in a row.
Task<absl::Status> CountTry(App& app, std::string key) {
  CO_ASSIGN_OR_RETURN(const store::Counted tries,
                      co_await app.store.Increment(std::move(key), kTriesWindow));
  if (tries.value > kProofTries) co_return RefuseFor(Reason::RATE_LIMITED, tries.left);
  co_return absl::OkStatus();
}

}  // namespace

std::string SixDigits(const crypto::KeyRing& ring, const std::string& of) {
  const std::string hash = ring.LookupHash(of);
  const uint64_t number = std::stoull(hash.substr(0, 15), nullptr, 16);
  char code[8];
  std::snprintf(code, sizeof code, "%06u", static_cast<unsigned>(number % 1'000'000));
  return code;
}

std::string SignCode(const crypto::KeyRing& ring, const std::string& task_id, Time at) {
  const int64_t step = at.time_since_epoch() / kCodeStep;
  return SixDigits(ring, "sign-code|" + task_id + "|" + std::to_string(step));
}

bool IsSignCode(const crypto::KeyRing& ring, const std::string& task_id, const std::string& code,
                Time now) {
  bool matches = false;
  for (const int step : {-1, 0, 1}) {
    matches |= crypto::SecureEquals(code, SignCode(ring, task_id, now + step * kCodeStep));
  }
  return matches;
}

absl::StatusOr<v1::TaskContact> OpenContact(const crypto::KeyRing& ring,
                                            const v1::TaskRecord& record) {
  return crypto::OpenMessage<v1::TaskContact>(ring, record.sealed_contact(),
                                              SealedAs(record.task().task_id()));
}

std::string SealContact(const crypto::KeyRing& ring, const std::string& task_id,
                        const v1::TaskContact& contact) {
  return crypto::SealMessage(ring, contact, SealedAs(task_id));
}

Task<absl::StatusOr<v1::SignMethod>> Prove(App& app, const Subject& subject,
                                           const v1::SignRequest& request, v1::TaskRecord record) {
  const v1::Task& task = record.task();
  if (subject.by_coordinator) co_return v1::SIGN_METHOD_COORDINATOR;
  if (!request.code().empty()) {
    CO_RETURN_IF_ERROR(co_await CountTry(app, app.keys.Tries(task.task_id(), subject.person_id)));
    if (IsSignCode(app.ring, task.task_id(), request.code(), app.clock.Now())) {
      co_return v1::SIGN_METHOD_CODE;
    }
    co_return Refuse(Reason::WRONG_CODE);
  }
  CO_ASSIGN_OR_RETURN(const v1::TaskContact contact, OpenContact(app.ring, record));
  // A position proves nothing if only an address is known.
  const bool placed = areas::IsKnown(contact.place());
  if (!placed || !request.has_position()) {
    co_return Refuse(Reason::PROOF_REQUIRED, {{"proof", placed ? "POSITION_OR_CODE" : "CODE"}});
  }
  CO_RETURN_IF_ERROR(
      co_await CountTry(app, app.keys.PlaceTries(task.task_id(), subject.person_id)));
  CO_RETURN_IF_ERROR(
      CheckGeofence(contact.place(), task.place(), task.geofence_m(), request.position()));
  co_return v1::SIGN_METHOD_POSITION;
}

}  // namespace baodao::dispatch
