// The slot of a key in Redis Cluster.
#pragma once

#include <cstdint>
#include <string_view>

namespace baodao::redis {

inline constexpr uint16_t kSlots = 16384;

// CRC16 (XMODEM) as Redis Cluster uses it: 0x31C3 for "123456789".
uint16_t Crc16(std::string_view bytes);

// The slot of `key`, 0..16383. Only the hash tag counts when there is one: the bytes between the
// first '{' and the next '}', unless there are none.
uint16_t KeySlot(std::string_view key);

}  // namespace baodao::redis
