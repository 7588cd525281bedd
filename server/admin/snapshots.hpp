#pragma once

#include "server/admin/admin.hpp"

namespace rivulet::admin {

/// `POST /_rivulet/snapshots`.
boost::asio::awaitable<http::Response> create_snapshot_endpoint(http::Request& request, const Services& services);

}  // namespace rivulet::admin
