#include "services/registration/app/phone_code.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/login_rules.h"

namespace baodao::registration {

Task<absl::StatusOr<TriedCode>> TryCode(App& app, record::Transaction& transaction,
                                        GivenCode given) {
  const std::string phone_hash = app.vault.PhoneHash(given.phone);
  // A caller without a challenge of the phone learns nothing about those there are.
  TriedCode tried;
  CO_ASSIGN_OR_RETURN(tried.before, co_await app.records.Find(kLoginCode, given.challenge_id));
  v1::LoginCodeRecord code = tried.before.record;
  const std::string code_hash = app.vault.CodeHash(phone_hash, given.code);
  switch (JudgeCode(code, phone_hash, code_hash, transaction.now())) {
    case CodeVerdict::kRight:
      break;
    case CodeVerdict::kExpired:
      co_return Refuse(Reason::LOGIN_CODE_EXPIRED);
    case CodeVerdict::kExhausted: {
      // Until when another code can be asked for.
      const Time sent = ToTime(code.expire_time()) - kCodeLife;
      const Millis wait = sent + app.limits.code_interval - transaction.now();
      co_return RefuseFor(Reason::TOO_MANY_ATTEMPTS, std::max(wait, Millis(0)));
    }
    case CodeVerdict::kWrong:
      code.set_attempts(code.attempts() + 1);
      transaction.Put(kLoginCode, tried.before, code);
      tried.refusal =
          Refuse(Reason::LOGIN_CODE_WRONG, {{"left", std::to_string(AttemptsLeft(code))}});
      break;
  }
  co_return tried;
}

}  // namespace baodao::registration
