#include "services/dispatch/app/presence.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "common/areas/geo.h"
#include "common/clock/timestamp.h"
#include "common/crypto/random.h"
#include "common/crypto/sealed_message.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/geofence.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr Millis kTriesWindow = minutes(10);
// Nobody goes so far that a longer way would show.
constexpr Millis kLookBack = hours(24);

std::string SealedAs(const std::string& task_id) { return "task:" + task_id + ":contact"; }

// The numbers of the keys that were in force at some time from `from` until `to`.
std::vector<int> KeysWithin(const v1::TaskRecord& record, Time from, Time to) {
  const auto& since = record.code_key_since_ms();
  const int first = record.code_key() - since.size();
  std::vector<int> numbers;
  for (int i = 0; i <= since.size(); ++i) {
    const bool begun = i == 0 || Time(Millis(since[i - 1])) < to;
    const bool ended = i < since.size() && Time(Millis(since[i])) <= from;
    if (begun && !ended) numbers.push_back(first + i);
  }
  return numbers;
}

// Whether the code was right in the step that holds `at`: by any key of that step, since nobody
// knows of a change while they type.
bool WasRight(const crypto::KeyRing& ring, const v1::TaskRecord& record, const std::string& code,
              Time at) {
  const Time from(at.time_since_epoch() / kCodeStep * kCodeStep);
  bool right = false;
  for (const int number : KeysWithin(record, from, from + kCodeStep)) {
    const std::string key = CodeKey(ring, record.task().task_id(), number);
    right |= crypto::SecureEquals(code, SignCode(key, from));
  }
  return right;
}

std::string PlaceSealedAs(const std::string& task_id, const std::string& person_id) {
  return "task:" + task_id + ":sign:" + person_id;
}

// Where the person signed on the task, if they did by position. For some tasks in a calendar they
// are not: a reservation of which nothing came.
Task<absl::StatusOr<std::optional<v1::SignPlace>>> PlaceOn(App& app, std::string task_id,
                                                           std::string person_id) {
  const auto part = co_await app.tasks.ReadAssignment(task_id, person_id);
  if (absl::IsNotFound(part.status())) co_return std::nullopt;
  CO_RETURN_IF_ERROR(part.status());
  if (part->sealed_sign_place().empty()) co_return std::nullopt;
  co_return crypto::OpenMessage<v1::SignPlace>(app.ring, part->sealed_sign_place(),
                                               PlaceSealedAs(task_id, person_id));
}

// Where the person signed last, here or on other work of these days that is in their calendar.
Task<absl::StatusOr<std::optional<v1::SignPlace>>> LastPlace(App& app, std::string person_id,
                                                             Time now) {
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app.calendars.Read(person_id));
  std::optional<v1::SignPlace> last;
  for (const v1::CalendarRecord::Entry& entry : calendar.entries()) {
    const bool begun = Time(Millis(entry.start_ms())) <= now + kSignInBefore;
    if (!begun || Time(Millis(entry.end_ms())) < now - kLookBack) continue;
    absl::StatusOr<std::optional<v1::SignPlace>> place =
        co_await PlaceOn(app, entry.task_id(), person_id);
    // It would raise a doubt at most, and other work must not keep anybody from signing in.
    if (!place.ok()) {
      log::Warn("dispatch.sign_place_unknown",
                {{"task", entry.task_id()}, {"status", place.status()}});
      continue;
    }
    if (!place->has_value()) continue;
    if (!last || ToTime(last->time()) < ToTime((*place)->time())) last = **std::move(place);
  }
  co_return last;
}

// The proof that a position is, and what is to be known of it.
Task<absl::StatusOr<Proof>> ProofByPosition(App& app, const Subject& subject,
                                            const v1::SignRequest& request) {
  const Time now = app.clock.Now();
  v1::SignPlace place;
  *place.mutable_position() = request.position();
  place.set_accuracy_m(request.accuracy_m());
  *place.mutable_time() = ToTimestamp(now);
  CO_ASSIGN_OR_RETURN(const std::optional<v1::SignPlace> last,
                      co_await LastPlace(app, subject.person_id, now));
  Proof proof = ProofBy(v1::SIGN_METHOD_POSITION);
  proof.detail.set_accuracy_m(request.accuracy_m());
  if (request.mock_position()) proof.detail.add_doubts(v1::SIGN_DOUBT_MOCK_POSITION);
  if (last && IsImpossibleSpeed(*last, place)) {
    proof.detail.add_doubts(v1::SIGN_DOUBT_IMPOSSIBLE_SPEED);
  }
  proof.sealed_place =
      crypto::SealMessage(app.ring, place, PlaceSealedAs(request.task_id(), subject.person_id));
  co_return proof;
}

}  // namespace

Task<absl::Status> CountTry(App& app, std::string key, Millis window) {
  CO_ASSIGN_OR_RETURN(const store::Counted tries,
                      co_await app.store.Increment(std::move(key), window));
  if (tries.value > kProofTries) co_return RefuseFor(Reason::RATE_LIMITED, tries.left);
  co_return absl::OkStatus();
}

std::string SixDigits(const crypto::KeyRing& ring, const std::string& of) {
  const std::string hash = ring.LookupHash(of);
  const uint64_t number = std::stoull(hash.substr(0, 15), nullptr, 16);
  char code[8];
  std::snprintf(code, sizeof code, "%06u", static_cast<unsigned>(number % 1'000'000));
  return code;
}

std::string CodeKey(const crypto::KeyRing& ring, const std::string& task_id, int number) {
  return ring.LookupHash("sign-code|" + task_id + "|" + std::to_string(number));
}

std::string SignCode(const std::string& key, Time at) {
  return crypto::Totp(key, at.time_since_epoch() / kCodeStep);
}

bool IsSignCode(const crypto::KeyRing& ring, const v1::TaskRecord& record, const std::string& code,
                Time now) {
  bool matches = false;
  for (const int step : {-1, 0, 1}) matches |= WasRight(ring, record, code, now + step * kCodeStep);
  return matches;
}

std::optional<Time> TimeOfCode(const crypto::KeyRing& ring, const v1::TaskRecord& record,
                               const std::string& code, Time at) {
  std::optional<Time> shown;
  for (const int step : {4, -4, 3, -3, 2, -2, 1, -1, 0}) {
    const Time then((at.time_since_epoch() / kCodeStep + step) * kCodeStep);
    if (!WasRight(ring, record, code, then)) continue;
    shown = std::clamp<Time>(at, then, then + kCodeStep - Millis(1));
  }
  return shown;
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

Task<absl::StatusOr<Proof>> Prove(App& app, const Subject& subject, const v1::SignRequest& request,
                                  v1::TaskRecord record) {
  const v1::Task& task = record.task();
  const Time now = app.clock.Now();
  if (subject.by_coordinator) co_return ProofBy(v1::SIGN_METHOD_COORDINATOR);
  Proof proof = ProofBy(v1::SIGN_METHOD_CODE);
  if (!request.code().empty()) {
    CO_RETURN_IF_ERROR(
        co_await CountTry(app, app.keys.Tries(task.task_id(), subject.person_id), kTriesWindow));
    if (!IsSignCode(app.ring, record, request.code(), now)) co_return Refuse(Reason::WRONG_CODE);
  } else {
    CO_ASSIGN_OR_RETURN(const v1::TaskContact contact, OpenContact(app.ring, record));
    // A position proves nothing if only an address is known.
    const bool placed = areas::IsKnown(contact.place());
    if (!placed || !request.has_position()) {
      co_return Refuse(Reason::PROOF_REQUIRED, {{"proof", placed ? "POSITION_OR_CODE" : "CODE"}});
    }
    CO_RETURN_IF_ERROR(CheckAccuracy(request.accuracy_m()));
    CO_RETURN_IF_ERROR(co_await CountTry(
        app, app.keys.PlaceTries(task.task_id(), subject.person_id), kTriesWindow));
    const Position position{request.position(), request.accuracy_m()};
    CO_RETURN_IF_ERROR(CheckGeofence(contact.place(), task.place(), task.geofence_m(), position));
    CO_ASSIGN_OR_RETURN(proof, co_await ProofByPosition(app, subject, request));
  }
  if (request.has_phone_time() && IsClockOff(ToTime(request.phone_time()) - now)) {
    proof.detail.add_doubts(v1::SIGN_DOUBT_CLOCK_OFF);
  }
  co_return proof;
}

}  // namespace baodao::dispatch
