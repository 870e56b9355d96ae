// An answer of Redis as a value that owns its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace baodao::redis {

// RESP2. A status line ("OK") is a String. An Error only occurs as an item of an Array: an error
// that is the whole answer is an absl::Status (errors.h). Cheap to move.
struct Reply {
  enum class Kind : uint8_t { kNil, kInteger, kString, kArray, kError };

  Kind kind = Kind::kNil;
  int64_t integer = 0;       // kInteger
  std::string text;          // kString (any bytes), kError (the whole line)
  std::vector<Reply> items;  // kArray

  bool IsNil() const { return kind == Kind::kNil; }
  bool IsInteger() const { return kind == Kind::kInteger; }
  bool IsString() const { return kind == Kind::kString; }
  bool IsArray() const { return kind == Kind::kArray; }
  bool IsError() const { return kind == Kind::kError; }
};

}  // namespace baodao::redis
