#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/kinesis/service.hpp"

namespace rivulet::kinesis {

/// A token that continues a listing: of one operation (`kind`), for one caller, for 300 seconds.
std::string make_next_token(const Call& call, std::string_view kind, std::vector<std::string> fields);

/// The fields of a token.
/// Errors: invalid_argument if it is not one of this kind and caller, expired_next_token.
Result<std::vector<std::string>> read_next_token(const Call& call, std::string_view kind, std::string_view token);

}  // namespace rivulet::kinesis
