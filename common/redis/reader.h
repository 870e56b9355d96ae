// Lets hiredis' parser build Reply values directly, without its own tree in between. Internal to
// common/redis.
#pragma once

#include <hiredis/read.h>

#include <memory>

#include "common/redis/reply.h"

namespace baodao::redis {

// One per connection; must outlive the hiredis reader it is installed in.
class ReplyBuilder {
 public:
  ReplyBuilder();
  ~ReplyBuilder();
  ReplyBuilder(const ReplyBuilder&) = delete;
  ReplyBuilder& operator=(const ReplyBuilder&) = delete;

  void Install(redisReader* reader);
  // The reply that the void* of a reply callback points to. Valid until the callback returns; may
  // be moved from.
  static Reply& Of(void* reply);

 private:
  friend struct BuilderHooks;
  struct Root;

  std::unique_ptr<Root> spare_;  // replies come one at a time: one is enough
};

}  // namespace baodao::redis
