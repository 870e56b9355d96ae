// Certificates on paper.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/dispatch/v1/certificate.pb.h"

namespace baodao::dispatch {

// One page of A4 as PDF: the facts in Chinese, and `signed_text` as a QR code. The same facts give
// the same page. INTERNAL where the fonts of this machine lack a character of it. Takes tens of
// milliseconds: one thread at a time, and not that of the loop.
absl::StatusOr<std::string> RenderCertificate(const v1::CertificateFacts& facts,
                                              const std::string& signed_text);

}  // namespace baodao::dispatch
