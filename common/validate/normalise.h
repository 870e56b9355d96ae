// The one form in which text of requests is kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "baodao/validate/v1/field.pb.h"

namespace baodao::validate {

// Whether text of the form can be written in several ways, of which Normalise makes one.
bool IsNormalised(v1::Format format);

// Brings `text` (valid UTF-8) into the form in which it is kept, as far as it can be; FitsFormat
// then says whether it could. Phone numbers: see phone.h. Text for people: composed (NFC); line
// ends are \n and tabs blanks; without what nobody sees (zero-width characters, bidi controls,
// fillers), but joiners and variation selectors stay where they shape a character; without blanks
// at either end, and so empty where nothing shows. Text that cannot come down to `max_length` code
// points (0: no limit) is not composed. A second time changes nothing.
void Normalise(v1::Format format, std::size_t max_length, std::string* text);

// Whether text of such a form is surely normalised and fits, but for its length: a cheap look that
// most texts pass.
bool IsPlain(v1::Format format, std::string_view text);

}  // namespace baodao::validate
