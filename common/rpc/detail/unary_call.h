#pragma once

#include "common/rpc/detail/call.h"

namespace baodao::rpc::detail {

class UnaryCall final : public Call {
 public:
  using Call::Call;

 private:
  void Conclude(const grpc::Status& status) override;

  grpc::ByteBuffer response_;
};

}  // namespace baodao::rpc::detail
