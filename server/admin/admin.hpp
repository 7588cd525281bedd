#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "server/http/message.hpp"

namespace rivulet::admin {

/// Answers what AWS does not have: everything under `/_rivulet/`. `authority` is the PEM text of the certificate
/// authority that clients are to trust, empty if it is not the server's own.
boost::asio::awaitable<http::Response> answer(http::Request& request, const std::string& authority);

}  // namespace rivulet::admin
