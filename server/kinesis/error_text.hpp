#pragma once

#include "common/errors.hpp"
#include "storage/stream.hpp"

/// What the messages of `errors.hpp` are put together from. Private to the files that hold them.
namespace rivulet::kinesis::errors {

inline std::string str(std::string_view text) {
    return std::string(text);
}

inline Error invalid_argument(std::string message) {
    return {ErrorCode::invalid_argument, std::move(message)};
}

inline std::string under(const Stream& stream) {
    return "stream " + stream.name + " under account " + stream.owner.account;
}

}  // namespace rivulet::kinesis::errors
