// Codes and refresh tokens: what a try means. Comparing hashes is safe in plain time: they are
// keyed.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

inline constexpr int kCodeAttempts = 5;
inline constexpr std::chrono::minutes kCodeLife{5};
inline constexpr std::chrono::hours kRefreshLife{30 * 24};
// How long a device is known after its last sign-in or refresh.
inline constexpr std::chrono::hours kDeviceLife{90 * 24};
// How long the requests of a client that refreshes several times at once, or again because an
// answer was lost, may be apart.
inline constexpr std::chrono::seconds kRefreshRetry{60};
// The same for a login: so long a code that was used leads to the session it began.
inline constexpr std::chrono::seconds kLoginRetry{60};

enum class CodeVerdict {
  kRight,
  kWrong,      // counts as an attempt
  kExpired,    // none was sent, or it has run out
  kExhausted,  // all attempts are used, even for the right code
};

// `phone_hash` and `code_hash` are of what the caller sends; a challenge of another phone is none.
CodeVerdict JudgeCode(const v1::LoginCodeRecord& record, std::string_view phone_hash,
                      std::string_view code_hash, Time now);
// Attempts that are left after a wrong one was counted.
int AttemptsLeft(const v1::LoginCodeRecord& record);

// The code has begun a session, or proved something else (any other id, which no login takes); it
// holds for kLoginRetry more.
void UseCode(const std::string& session_id, Time now, v1::LoginCodeRecord* record);
// Whether a login may be repeated into this session: nobody has refreshed it, so nobody is known to
// have its tokens.
bool MayRepeatLogin(const v1::SessionRecord& session);

enum class RefreshVerdict {
  kRotate,
  kRepeat,  // exchanged a moment ago: the token in force is answered again
  kReused,  // genuine, but exchanged before: somebody else has it too, the session must end
  kEnded,   // the session has ended already
  kExpired,
};

// `token_hash` is of a token that we made for this session.
RefreshVerdict JudgeRefresh(const v1::SessionRecord& record, std::string_view token_hash, Time now);

// Tokens of a session that are remembered after they were exchanged. A client that exchanges more
// within a minute has an older one of them taken for reused.
inline constexpr int kMaxReplaced = 16;

// Puts the next token in force, the first one too.
void RotateRefresh(std::string next_hash, Time now, v1::SessionRecord* record);

}  // namespace baodao::registration
