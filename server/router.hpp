#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "server/http/message.hpp"

namespace rivulet {

/// The services that share the one port.
enum class ServiceName { admin, kinesis, s3 };

/// Which service a request is for. The credential scope decides where a request is signed, then the host's name, the
/// target header and the path: whatever names no other service and is not `/` alone is a bucket's or object's path.
ServiceName route(const http::Request& request);

}  // namespace rivulet
