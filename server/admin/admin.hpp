#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/http/message.hpp"

namespace rivulet::admin {

/// Answers what AWS does not have: everything under `/_rivulet/`.
boost::asio::awaitable<http::Response> answer(http::Request& request);

}  // namespace rivulet::admin
