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
inline constexpr std::chrono::minutes kAccessLife{15};
inline constexpr std::chrono::hours kRefreshLife{30 * 24};
// How long a client may need to notice that the answer to a refresh was lost, and to ask again.
inline constexpr std::chrono::seconds kRefreshRetry{60};
// The same for a login: so long a code that was used leads to the session it began.
inline constexpr std::chrono::seconds kLoginRetry{60};

enum class CodeVerdict {
  kRight,
  kWrong,      // counts as an attempt
  kExpired,    // none was sent, or it has run out
  kExhausted,  // all attempts are used, even for the right code
};

CodeVerdict JudgeCode(const v1::LoginCodeRecord& record, std::string_view code_hash, Time now);
// Attempts that are left after a wrong one was counted.
int AttemptsLeft(const v1::LoginCodeRecord& record);

// The code has begun a session; it holds for kLoginRetry more.
void UseCode(const std::string& session_id, Time now, v1::LoginCodeRecord* record);
// Whether a login may be repeated into this session: nobody has refreshed it, so nobody is known to
// have its tokens.
bool MayRepeatLogin(const v1::SessionRecord& session);

enum class RefreshVerdict {
  kRotate,
  kRepeat,  // used a moment ago, and its successor was not: the answer was lost, rotate again
  kReused,  // genuine, but used before: somebody else has it too, the session must end
  kEnded,   // the session has ended already
  kExpired,
};

// `token_hash` is of a token that we made for this session.
RefreshVerdict JudgeRefresh(const v1::SessionRecord& record, std::string_view token_hash, Time now);

// Puts the next token in force, after kRotate or kRepeat. A repetition replaces the token whose
// answer was lost and leaves the minute as it began; the replaced one counts as used.
void RotateRefresh(RefreshVerdict verdict, std::string next_hash, Time now,
                   v1::SessionRecord* record);

}  // namespace baodao::registration
