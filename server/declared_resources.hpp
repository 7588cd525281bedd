#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/result.hpp"
#include "s3-sink/object_store.hpp"
#include "server/command_line.hpp"
#include "server/kinesis/service.hpp"

namespace rivulet {

/// Creates what the configuration file declares and is absent, through the same functions as the APIs; what is present
/// is left alone. Errors: configuration, as `file:line: what is refused`.
boost::asio::awaitable<Result<void>> declare_resources(const Launch& launch, kinesis::Service& kinesis,
                                                       ObjectStore& objects);

}  // namespace rivulet
