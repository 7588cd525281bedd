#pragma once

#include <nlohmann/json.hpp>

#include "storage/stream_change.hpp"

namespace rivulet {

/// A pending change as a part of its stream's catalog row, and back.
/// `decode_change` throws a std::exception for what is no change of this version.
nlohmann::json encode_change(const PendingChange& pending);
PendingChange decode_change(const nlohmann::json& row);

nlohmann::json encode_encryption(const Encryption& encryption);
Encryption decode_encryption(const nlohmann::json& row);

}  // namespace rivulet
