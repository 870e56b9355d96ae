// The rule of which minutes count as manual, as part of a question about the ledger.
#pragma once

#include <string>

#include "baodao/dispatch/v1/ledger.pb.h"

namespace baodao::records {

// Whether entry `e` of the ledger was confirmed after the fact (4; 6 and 7: on the person's
// request) or corrects an earlier one (5). A reversal counts where the entry counted that it
// reverses: that one is looked for only where there is one, which is rare.
inline std::string IsByHand() {
  static_assert(dispatch::v1::CONFIRMATION_MANUAL == 4 &&
                dispatch::v1::CONFIRMATION_CORRECTION == 5 &&
                dispatch::v1::CONFIRMATION_MANUAL_ON_STATEMENT == 6 &&
                dispatch::v1::CONFIRMATION_MANUAL_ON_PHOTOS == 7);
  return "(CASE WHEN e.reverses > 0 THEN COALESCE((SELECT r.confirmation FROM ledger r WHERE "
         "r.person_id = e.person_id AND r.sequence = e.reverses), e.confirmation) "
         "ELSE e.confirmation END IN (4, 5, 6, 7))";
}

}  // namespace baodao::records
