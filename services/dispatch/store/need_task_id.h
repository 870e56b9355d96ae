// The id of the task made of a need: the same for ever, whoever computes it.
#pragma once

#include <string>
#include <string_view>

namespace baodao::dispatch {

// `need_id` is well-formed; `attempt` counts the publications of the need, from 1. The task's id
// carries the time of the need, `shard`, and a hash of both.
std::string NeedTaskId(std::string_view need_id, int attempt, int shard);

}  // namespace baodao::dispatch
