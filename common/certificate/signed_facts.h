// The signed facts of a certificate of hours: made by dispatch, held by the QR code, checked by
// anybody who has the published keys.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "baodao/dispatch/v1/certificate.pb.h"
#include "common/auth/keys.h"

namespace baodao::certificate {

// Files of the key directory, apart from those of tokens, which are replaced more often. A key that
// has signed stays among the public ones.
inline constexpr auth::KeyFiles kKeyFiles{"certificates.jwk", "certificates.json"};

// The text that a QR code holds; sets the facts' kid. Its form stands at the message.
std::string Sign(dispatch::v1::CertificateFacts facts, const auth::PrivateKey& key);

// The facts in the text, whoever brings it; DATA_LOSS unless one of `keys` has signed just this.
// Whether the certificate has expired or was revoked is another question.
absl::StatusOr<dispatch::v1::CertificateFacts> Verify(std::string_view text,
                                                      const auth::KeySet& keys);

}  // namespace baodao::certificate
